-- What roll-ups leave to do, in bounded steps: building what is in the backlog, settling fans.

-- Builds the sums of one model of the backlog from the ledger and leaves its fans to be settled.
-- Returns whether there was one.
create function build_backlog(agency uuid, of_zone text) returns boolean
    language plpgsql as $$
declare
    model uuid;
begin
    -- The lock of the agency's roll-ups: every change of the ledger is now either committed, and
    -- counted below, or comes after the end of this.
    perform from ledger_revisions
    where agency_id = agency and model_id = whole_agency()
    for update;

    delete from roll_up_backlog
    where (agency_id, zone, model_id) in (
        select agency_id, zone, model_id from roll_up_backlog
        where agency_id = agency and zone = of_zone
        limit 1
    )
    returning model_id into model;
    if model is null then
        return false;
    end if;

    -- What was there goes from the agency's sums as well.
    with gone as (
        delete from revenue_days
        where agency_id = agency and zone = of_zone and model_id = model
        returning *
    )
    update revenue_days as kept
    set row_count   = kept.row_count - gone.row_count,
        paid_count  = kept.paid_count - gone.paid_count,
        gross       = kept.gross - gone.gross,
        net         = kept.net - gone.net,
        paid_gross  = kept.paid_gross - gone.paid_gross,
        known_gross = kept.known_gross - gone.known_gross
    from gone
    where kept.agency_id = agency
        and kept.zone = of_zone
        and kept.model_id = whole_agency()
        and kept.day = gone.day
        and kept.source = gone.source;

    insert into revenue_days as kept (
        agency_id, zone, model_id, day, source, row_count, paid_count, gross, net, paid_gross,
        known_gross
    )
    select
        agency, of_zone, scope.model_id, sums.day, sums.source, row_count, paid_count, gross, net,
        paid_gross, known_gross
    from ledger_days(agency, model, of_zone) as sums
    cross join (values (model), (whole_agency())) as scope (model_id)
    on conflict (agency_id, zone, model_id, day, source) do update
        set row_count   = kept.row_count + excluded.row_count,
            paid_count  = kept.paid_count + excluded.paid_count,
            gross       = kept.gross + excluded.gross,
            net         = kept.net + excluded.net,
            paid_gross  = kept.paid_gross + excluded.paid_gross,
            known_gross = kept.known_gross + excluded.known_gross;

    insert into unsettled_fans (agency_id, zone, fan_id)
    select distinct agency, of_zone, fan_id
    from fanvue_transactions
    where agency_id = agency
        and model_id = model
        and withdrawn_at is null
        and fan_id is not null
        and gross_cents > 0
        and not is_reversal(source)
    on conflict do nothing;
    return true;
end
$$;

-- The sums of one model as the ledger has them.
create function ledger_days(agency uuid, model uuid, of_zone text)
    returns table (
        day date, source text, row_count bigint, paid_count bigint, gross bigint, net bigint,
        paid_gross bigint, known_gross bigint
    )
    language sql stable as $$
    select
        coalesce(local_day, 'infinity'),
        coalesce(source, ''),
        count(*),
        count(*) filter (where paid),
        sum(gross_cents)::bigint,
        sum(net_cents)::bigint,
        coalesce(sum(gross_cents) filter (where paid), 0)::bigint,
        coalesce(sum(gross_cents) filter (where fan_id is not null), 0)::bigint
    from (
        select
            (occurred_at at time zone of_zone)::date as local_day,
            source,
            gross_cents,
            net_cents,
            fan_id,
            gross_cents > 0 and not is_reversal(source) as paid
        from fanvue_transactions
        where agency_id = agency and model_id = model and withdrawn_at is null
    ) as dated
    group by grouping sets ((local_day, source), ())
    having count(*) > 0
$$;

-- The purchase days of some fans as the ledger has them, per model and for the whole agency.
create function ledger_fan_days(agency uuid, of_zone text, fans uuid[])
    returns table (fan_id uuid, model_id uuid, paid_on date[], message_on date[], post_on date[])
    language sql stable as $$
    select
        sold.fan_id,
        coalesce(sold.model_id, whole_agency()),
        array_agg(sold.day order by sold.day),
        coalesce(array_agg(sold.day order by sold.day) filter (where sold.message), '{}'),
        coalesce(array_agg(sold.day order by sold.day) filter (where sold.post), '{}')
    from (
        select
            fan_id,
            model_id,
            (occurred_at at time zone of_zone)::date as day,
            bool_or(is_message(source)) as message,
            bool_or(is_post(source)) as post
        from fanvue_transactions
        where agency_id = agency
            and fan_id = any (fans)
            and withdrawn_at is null
            and gross_cents > 0
            and not is_reversal(source)
        group by grouping sets ((fan_id, model_id, 3), (fan_id, 3))
    ) as sold
    group by sold.fan_id, sold.model_id
$$;

-- Recomputes up to `at_most` unsettled fans from the ledger; returns how many.
create function settle_fans(agency uuid, of_zone text, at_most integer) returns integer
    language plpgsql as $$
declare
    picked uuid[];
begin
    perform from ledger_revisions
    where agency_id = agency and model_id = whole_agency()
    for update;

    with taken as (
        delete from unsettled_fans
        where (agency_id, zone, fan_id) in (
            select agency_id, zone, fan_id from unsettled_fans
            where agency_id = agency and zone = of_zone
            limit at_most
        )
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

-- A bounded piece of what is left to do for an agency. The zone of today comes first; the roll-ups of
-- one that it left go when those of today are built.
create function roll_up_step(
    agency uuid, at_most bigint, out models integer, out fans integer, out more boolean
)
    language plpgsql as $$
declare
    today text;
    former text;
begin
    models := 0;
    fans := 0;
    more := false;
    select timezone into today from agencies where agency_id = agency;
    if build_backlog(agency, today) then
        models := 1;
        more := true;
        return;
    end if;
    fans := settle_fans(agency, today, at_most::integer);
    if fans > 0 then
        more := exists (select from unsettled_fans where agency_id = agency);
        return;
    end if;
    for former in select zone from roll_ups where agency_id = agency and zone <> today loop
        perform drop_roll_ups(agency, former);
    end loop;
end
$$;

-- Removes the roll-ups of one zone of an agency.
create function drop_roll_ups(agency uuid, of_zone text) returns void
    language plpgsql as $$
begin
    perform from ledger_revisions
    where agency_id = agency and model_id = whole_agency()
    for update;
    delete from roll_ups where agency_id = agency and zone = of_zone;
    delete from revenue_days where agency_id = agency and zone = of_zone;
    delete from unsettled_fans where agency_id = agency and zone = of_zone;
    delete from fan_days where agency_id = agency and zone = of_zone;
    delete from fan_gaps where agency_id = agency and zone = of_zone;
end
$$;

-- Removes all roll-ups of an agency and leaves those of its zone to be built; returns how many
-- models that are.
create function forget_roll_ups(agency uuid) returns bigint
    language plpgsql as $$
declare
    kept_zone text;
    to_build bigint;
begin
    for kept_zone in select zone from roll_ups where agency_id = agency loop
        perform drop_roll_ups(agency, kept_zone);
    end loop;
    insert into roll_ups (agency_id, zone)
    select agency_id, timezone from agencies where agency_id = agency;
    insert into roll_up_backlog (agency_id, zone, model_id)
    select agency_id, timezone, model_id from models join agencies using (agency_id)
    where agency_id = agency;
    get diagnostics to_build = row_count;
    return to_build;
end
$$;
