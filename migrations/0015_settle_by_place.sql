-- Settling picks its fans by their place in the table.
--
-- Joined by their keys, as before, the picked ones could not be looked up (a limit stands between them
-- and the index), and with statistics from before an agency's first build the planner took them for one
-- row: 25,000 fans of an agency then cost minutes of comparing each with each.

-- Recomputes up to `at_most` unsettled fans from the ledger; returns how many.
create or replace function settle_fans(agency uuid, of_zone text, at_most integer) returns integer
    language plpgsql as $$
declare
    picked uuid[];
begin
    perform from ledger_revisions
    where agency_id = agency and model_id = whole_agency()
    for update;

    with taken as (
        delete from unsettled_fans
        -- By place: the lock above keeps everybody else's hands off these rows.
        where ctid = any (array(
            select ctid from unsettled_fans
            where agency_id = agency and zone = of_zone
            limit at_most
        ))
        returning fan_id
    )
    select array_agg(fan_id) into picked from taken;
    if picked is null then
        return 0;
    end if;

    with
    fresh as materialized (
        select * from ledger_fan_days(agency, of_zone, picked)
    ),
    side as (
        select model_id, paid_on, message_on, post_on, 1 as sign from fresh
        union all
        select model_id, paid_on, message_on, post_on, -1
        from fan_days
        where agency_id = agency and zone = of_zone and fan_id = any (picked)
    ),
    -- The days ascend, so the one before stands before it in the array.
    gaps as (
        select model_id, day, coalesce(paid_on[place - 1], no_day()) as previous,
            sign as fans, 0 as message_fans, 0 as post_fans
        from side cross join lateral unnest(paid_on) with ordinality as days (day, place)
        union all
        select model_id, day, coalesce(message_on[place - 1], no_day()), 0, sign, 0
        from side cross join lateral unnest(message_on) with ordinality as days (day, place)
        union all
        select model_id, day, coalesce(post_on[place - 1], no_day()), 0, 0, sign
        from side cross join lateral unnest(post_on) with ordinality as days (day, place)
    ),
    changed as materialized (
        select model_id, day, previous, sum(fans) as fans, sum(message_fans) as message_fans,
            sum(post_fans) as post_fans
        from gaps
        group by model_id, day, previous
        having sum(fans) <> 0 or sum(message_fans) <> 0 or sum(post_fans) <> 0
    ),
    levels as (
        select model_id, 0 as coarse, day, previous, fans, message_fans, post_fans
        from changed
        union all
        select model_id, 1, day, month_of(previous), sum(fans), sum(message_fans), sum(post_fans)
        from changed
        group by model_id, day, month_of(previous)
        union all
        select model_id, 2, month_of(day), previous, sum(fans), sum(message_fans), sum(post_fans)
        from changed
        group by model_id, month_of(day), previous
        union all
        select model_id, 3, month_of(day), month_of(previous), sum(fans), sum(message_fans),
            sum(post_fans)
        from changed
        group by model_id, month_of(day), month_of(previous)
    ),
    counted as (
        insert into fan_gaps as kept (
            agency_id, zone, model_id, coarse, day, previous, fans, message_fans, post_fans
        )
        select agency, of_zone, model_id, coarse, day, previous, fans, message_fans, post_fans
        from levels
        on conflict (agency_id, zone, model_id, coarse, day, previous) do update
            set fans         = kept.fans + excluded.fans,
                message_fans = kept.message_fans + excluded.message_fans,
                post_fans    = kept.post_fans + excluded.post_fans
    ),
    gone as (
        delete from fan_days
        where agency_id = agency and zone = of_zone and fan_id = any (picked)
            and (fan_id, model_id) not in (select fan_id, model_id from fresh)
    )
    insert into fan_days as kept (
        agency_id, zone, fan_id, model_id, paid_on, message_on, post_on
    )
    select agency, of_zone, fan_id, model_id, paid_on, message_on, post_on
    from fresh
    on conflict (agency_id, zone, fan_id, model_id) do update
        set paid_on    = excluded.paid_on,
            message_on = excluded.message_on,
            post_on    = excluded.post_on;
    return cardinality(picked);
end
$$;
