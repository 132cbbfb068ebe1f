-- The check of roll-ups against their ledger, and the beginning for agencies that are there already.

-- How many rows of an agency's roll-ups differ from the ledger, but for what is still to be built or
-- settled.
create function roll_up_differences(agency uuid, of_zone text) returns bigint
    language plpgsql as $$
declare
    different bigint;
    total bigint := 0;
begin
    perform from ledger_revisions
    where agency_id = agency and model_id = whole_agency()
    for update;

    with
    building as (
        select model_id from roll_up_backlog where agency_id = agency and zone = of_zone
    ),
    wanted as (
        select model.model_id, sums.*
        from models as model
        cross join lateral ledger_days(agency, model.model_id, of_zone) as sums
        where model.agency_id = agency and model.model_id not in (select model_id from building)
    ),
    wanted_rows as (
        select * from wanted
        union all
        select
            whole_agency(), day, source, sum(row_count)::bigint, sum(paid_count)::bigint,
            sum(gross)::bigint, sum(net)::bigint, sum(paid_gross)::bigint,
            sum(known_gross)::bigint
        from wanted
        where not exists (select from building)
        group by day, source
    ),
    kept_rows as (
        select
            model_id, day, source, row_count, paid_count, gross, net, paid_gross, known_gross
        from revenue_days
        where agency_id = agency
            and zone = of_zone
            and model_id not in (select model_id from building)
            and (model_id <> whole_agency() or not exists (select from building))
            and (row_count, gross, net, known_gross) <> (0, 0, 0, 0)
    )
    select count(*) into different
    from (
        (select * from wanted_rows except all select * from kept_rows)
        union all
        (select * from kept_rows except all select * from wanted_rows)
    ) as apart;
    total := total + different;

    with
    unsettled as (
        select fan_id from unsettled_fans where agency_id = agency and zone = of_zone
    ),
    wanted as (
        select days.*
        from ledger_fan_days(agency, of_zone, array(
            select distinct fan_id from fanvue_transactions
            where agency_id = agency
                and fan_id is not null
                and withdrawn_at is null
                and fan_id not in (select fan_id from unsettled)
        )) as days
        where not exists (
            select from roll_up_backlog where agency_id = agency and zone = of_zone
        )
    ),
    kept as (
        select fan_id, model_id, paid_on, message_on, post_on
        from fan_days
        where agency_id = agency
            and zone = of_zone
            and fan_id not in (select fan_id from unsettled)
            and not exists (
                select from roll_up_backlog where agency_id = agency and zone = of_zone
            )
    )
    select count(*) into different
    from (
        (select * from wanted except all select * from kept)
        union all
        (select * from kept except all select * from wanted)
    ) as apart;
    total := total + different;

    -- The gaps against the days that they are made of, whether or not those are settled.
    with
    gaps as (
        select model_id, day, coalesce(paid_on[place - 1], no_day()) as previous,
            1 as fans, 0 as message_fans, 0 as post_fans
        from fan_days cross join lateral unnest(paid_on) with ordinality as days (day, place)
        where agency_id = agency and zone = of_zone
        union all
        select model_id, day, coalesce(message_on[place - 1], no_day()), 0, 1, 0
        from fan_days cross join lateral unnest(message_on) with ordinality as days (day, place)
        where agency_id = agency and zone = of_zone
        union all
        select model_id, day, coalesce(post_on[place - 1], no_day()), 0, 0, 1
        from fan_days cross join lateral unnest(post_on) with ordinality as days (day, place)
        where agency_id = agency and zone = of_zone
    ),
    wanted as (
        select model_id, level.coarse, level.day, level.previous, sum(fans)::bigint,
            sum(message_fans)::bigint, sum(post_fans)::bigint
        from gaps
        cross join lateral (values
            (0::smallint, gaps.day, gaps.previous),
            (1::smallint, gaps.day, month_of(gaps.previous)),
            (2::smallint, month_of(gaps.day), gaps.previous),
            (3::smallint, month_of(gaps.day), month_of(gaps.previous))
        ) as level (coarse, day, previous)
        group by model_id, level.coarse, level.day, level.previous
    ),
    kept as (
        select model_id, coarse, day, previous, fans, message_fans, post_fans
        from fan_gaps
        where agency_id = agency
            and zone = of_zone
            and (fans, message_fans, post_fans) <> (0, 0, 0)
    )
    select count(*) into different
    from (
        (select * from wanted except all select * from kept)
        union all
        (select * from kept except all select * from wanted)
    ) as apart;
    return total + different;
end
$$;

-- Statements about money look expensive to the planner and are not: compiling them takes ten times as
-- long as running them. Who may not set this can set it for the role or the server.
do $$
begin
    execute format('alter database %I set jit = off', current_database());
exception when insufficient_privilege then
    raise notice 'jit is left as it is; answers are quicker with jit = off';
end
$$;

-- Existing agencies: everything is backlog, and answered from the ledger until it is built.
insert into ledger_revisions (agency_id, model_id, revision)
select agency_id, whole_agency(), 1 from agencies
union all
select agency_id, model_id, 1 from models;

insert into roll_ups (agency_id, zone) select agency_id, timezone from agencies;

insert into roll_up_backlog (agency_id, zone, model_id)
select agency_id, timezone, model_id from models join agencies using (agency_id);
