-- Roll-ups of the ledger, and revisions of it. Both are derived: triggers keep them in the statement
-- that writes the ledger, whoever writes it, and `tidemark rebuild` makes them anew from the ledger.
--
--   revenue_days    sums per model and local day of the agency: kept by the triggers themselves,
--                   because sums can be added to
--   fan_days,       distinct fans cannot be added up, so the triggers only note whose purchases
--   fan_gaps        changed (unsettled_fans), and settle_fans() recomputes those fans from the
--                   ledger, some at a time. Until then a reader takes them from the ledger, so that
--                   an answer is exact at any moment.
--
-- Scope: rows about a whole agency bear the model id 00000000-…, because a fan of two models is one
-- fan of the agency, and so that an agency's answer does not read a row per model.

create function whole_agency() returns uuid
    language sql immutable parallel safe
    return '00000000-0000-0000-0000-000000000000'::uuid;

-- What the sources mean, as in crates/domain; a test holds the two together.
create function is_reversal(source text) returns boolean
    language sql immutable parallel safe
    return source in ('refund', 'chargeback');

create function is_message(source text) returns boolean
    language sql immutable parallel safe
    return source = 'message';

create function is_post(source text) returns boolean
    language sql immutable parallel safe
    return source in ('post', 'mediaLink');

-- The day that stands before a fan's first purchase.
create function no_day() returns date
    language sql immutable parallel safe
    return date '0001-01-01';

create function month_of(day date) returns date
    language sql immutable parallel safe
    return make_date(extract(year from day)::integer, extract(month from day)::integer, 1);

-- 1 when one of the days lies in [first_day, last_day], else 0.
create function bought_within(days date[], first_day date, last_day date) returns integer
    language sql immutable parallel safe
    return case
        when exists (select from unnest(days) as day where day between first_day and last_day) then 1
        else 0
    end;

-- How often what an answer is made of has changed: per model, and for the whole agency. The row of
-- the whole agency is also the lock under which its roll-ups are written: whoever changes the ledger
-- takes it first, and nothing after it waits for anybody else.
create table ledger_revisions (
    agency_id uuid not null references agencies,
    model_id  uuid not null,
    revision  bigint not null,
    primary key (agency_id, model_id)
);

-- The zones whose local days an agency's ledger is rolled up by: that of the agency and, for as long
-- as the new one is being built after a change, the one before.
create table roll_ups (
    agency_id  uuid not null references agencies,
    zone       text not null,
    -- true once the sums were seen to agree with the ledger, and the database to cut the zone's days
    -- where the program does; until then, and when that is no longer so, they answer nothing
    trusted    boolean not null default false,
    checked_at timestamptz,
    -- rows that differed from the ledger at checked_at
    differences bigint,
    primary key (agency_id, zone)
);

-- Models whose sums are still to be built, or built anew; the triggers leave their sums alone.
create table roll_up_backlog (
    agency_id uuid not null,
    zone      text not null,
    model_id  uuid not null,
    primary key (agency_id, zone, model_id),
    foreign key (agency_id, zone) references roll_ups on delete cascade
);

-- The key is the order of reading: one scope, its days. The row of day 'infinity' and source '' holds
-- the sums of all days, so that "everything before a day" reads only the days after it.
create table revenue_days (
    agency_id   uuid not null,
    zone        text not null,
    model_id    uuid not null,
    day         date not null,
    source      text not null,
    row_count   bigint not null,
    paid_count  bigint not null,
    gross       bigint not null,
    net         bigint not null,
    paid_gross  bigint not null,
    -- gross of rows with a known fan
    known_gross bigint not null,
    primary key (agency_id, zone, model_id, day, source)
) with (fillfactor = 80);

-- Fans whose paid sales changed since they were last settled.
create table unsettled_fans (
    agency_id uuid not null,
    zone      text not null,
    fan_id    uuid not null,
    primary key (agency_id, zone, fan_id)
);

-- The days on which a fan bought, ascending: anything, a message, a post or media link.
create table fan_days (
    agency_id  uuid not null,
    zone       text not null,
    fan_id     uuid not null,
    model_id   uuid not null,
    paid_on    date[] not null,
    message_on date[] not null,
    post_on    date[] not null,
    primary key (agency_id, zone, fan_id, model_id)
);

-- How many fans bought on a day and last before on another (no_day() for the first time). The payers
-- of the days [a, b] are then the sum over day in [a, b] with previous < a: each fan once. So that
-- long windows do not add up every pair of days, either side is also summed by month (its first
-- day): coarse = 0 neither, 1 previous, 2 day, 3 both.
create table fan_gaps (
    agency_id    uuid not null,
    zone         text not null,
    model_id     uuid not null,
    coarse       smallint not null,
    day          date not null,
    previous     date not null,
    fans         bigint not null,
    message_fans bigint not null,
    post_fans    bigint not null,
    primary key (agency_id, zone, model_id, coarse, day, previous)
) with (fillfactor = 80);

-- First purchases per day: how many fans had paid by then.
create index fan_gaps_first on fan_gaps (agency_id, zone, model_id, day)
    include (fans)
    where coarse = 0 and previous = date '0001-01-01';

-- A fan's rows, to settle it. Without more columns, so that it stays small and cheap to write.
create index fanvue_transactions_of_fan on fanvue_transactions (agency_id, fan_id)
    where withdrawn_at is null and fan_id is not null;

-- One row that came to be visible (+1) or ceased to be (-1).
create type ledger_change as (
    agency_id   uuid,
    model_id    uuid,
    occurred_at timestamptz,
    source      text,
    gross       bigint,
    net         bigint,
    fan_id      uuid,
    sign        integer
);

create function apply_ledger_changes(changes ledger_change[]) returns void
    language plpgsql as $$
begin
    -- The whole agency first: its id sorts before every other.
    insert into ledger_revisions as kept (agency_id, model_id, revision)
    select agency_id, model_id, 1
    from (
        select agency_id, whole_agency() as model_id from unnest(changes)
        union
        select agency_id, model_id from unnest(changes)
    ) as scopes
    order by agency_id, model_id
    on conflict (agency_id, model_id) do update set revision = kept.revision + 1;

    insert into revenue_days as kept (
        agency_id, zone, model_id, day, source, row_count, paid_count, gross, net, paid_gross,
        known_gross
    )
    select
        agency_id,
        zone,
        coalesce(model_id, whole_agency()),
        coalesce(day, 'infinity'),
        coalesce(source, ''),
        sum(sign),
        coalesce(sum(sign) filter (where paid), 0),
        sum(sign * gross),
        sum(sign * net),
        coalesce(sum(sign * gross) filter (where paid), 0),
        coalesce(sum(sign * gross) filter (where fan_id is not null), 0)
    from (
        select
            change.*,
            roll_ups.zone,
            (change.occurred_at at time zone roll_ups.zone)::date as day,
            change.gross > 0 and not is_reversal(change.source) as paid
        from unnest(changes) as change
        join roll_ups on roll_ups.agency_id = change.agency_id
        where not exists (
            select from roll_up_backlog as backlog
            where backlog.agency_id = change.agency_id
                and backlog.zone = roll_ups.zone
                and backlog.model_id = change.model_id
        )
    ) as dated
    group by grouping sets (
        (agency_id, zone, day, source),
        (agency_id, zone, model_id, day, source),
        (agency_id, zone),
        (agency_id, zone, model_id)
    )
    on conflict (agency_id, zone, model_id, day, source) do update
        set row_count   = kept.row_count + excluded.row_count,
            paid_count  = kept.paid_count + excluded.paid_count,
            gross       = kept.gross + excluded.gross,
            net         = kept.net + excluded.net,
            paid_gross  = kept.paid_gross + excluded.paid_gross,
            known_gross = kept.known_gross + excluded.known_gross;

    insert into unsettled_fans (agency_id, zone, fan_id)
    select distinct change.agency_id, roll_ups.zone, change.fan_id
    from unnest(changes) as change
    join roll_ups on roll_ups.agency_id = change.agency_id
    where change.fan_id is not null and change.gross > 0 and not is_reversal(change.source)
    on conflict do nothing;
end
$$;

-- Only what became visible, ceased to be or looks different now: an update of other columns changes
-- no answer. Rows are compared whole instead of by key, because a row's key may change too.
create function roll_up_ledger() returns trigger
    language plpgsql as $$
declare
    changes ledger_change[];
begin
    if tg_op = 'INSERT' then
        select array_agg((
            agency_id, model_id, occurred_at, source, gross_cents, net_cents, fan_id, 1
        )::ledger_change)
        into changes
        from added
        where withdrawn_at is null;
    elsif tg_op = 'DELETE' then
        select array_agg((
            agency_id, model_id, occurred_at, source, gross_cents, net_cents, fan_id, -1
        )::ledger_change)
        into changes
        from removed
        where withdrawn_at is null;
    else
        select array_agg((
            agency_id, model_id, occurred_at, source, gross_cents, net_cents, fan_id, sign
        )::ledger_change)
        into changes
        from (
            select
                agency_id, model_id, occurred_at, source, gross_cents, net_cents, fan_id,
                sum(sign)::integer as sign
            from (
                select
                    agency_id, model_id, occurred_at, source, gross_cents, net_cents, fan_id,
                    1 as sign
                from added
                where withdrawn_at is null
                union all
                select
                    agency_id, model_id, occurred_at, source, gross_cents, net_cents, fan_id, -1
                from removed
                where withdrawn_at is null
            ) as sides
            group by agency_id, model_id, occurred_at, source, gross_cents, net_cents, fan_id
            having sum(sign) <> 0
        ) as different;
    end if;
    if changes is not null then
        perform apply_ledger_changes(changes);
    end if;
    return null;
end
$$;

create trigger roll_up_inserted after insert on fanvue_transactions
    referencing new table as added
    for each statement execute function roll_up_ledger();

create trigger roll_up_updated after update on fanvue_transactions
    referencing old table as removed new table as added
    for each statement execute function roll_up_ledger();

create trigger roll_up_deleted after delete on fanvue_transactions
    referencing old table as removed
    for each statement execute function roll_up_ledger();

-- Audience levels are part of an answer too.
create function note_audience_change() returns trigger
    language plpgsql as $$
begin
    insert into ledger_revisions as kept (agency_id, model_id, revision)
    select agency_id, model_id, 1
    from (
        select new.agency_id, whole_agency() as model_id
        union
        select new.agency_id, new.model_id
    ) as scopes
    order by agency_id, model_id
    on conflict (agency_id, model_id) do update set revision = kept.revision + 1;
    return null;
end
$$;

create trigger audience_observed after insert on subscriber_history
    for each row execute function note_audience_change();

create trigger audience_changed after update on subscriber_history
    for each row
    when ((old.day, old.subscribers, old.followers) is distinct from (new.day, new.subscribers, new.followers))
    execute function note_audience_change();

-- A new agency's ledger is empty, and so are its roll-ups. After a change of the zone the new
-- zone's are built by and by; the old ones are kept until then.
create function begin_roll_ups() returns trigger
    language plpgsql as $$
begin
    -- Under the lock, so that a ledger written meanwhile is either in the backlog or sees the zone.
    insert into ledger_revisions as kept (agency_id, model_id, revision)
    values (new.agency_id, whole_agency(), 1)
    on conflict (agency_id, model_id) do update set revision = kept.revision + 1;
    insert into roll_ups (agency_id, zone) values (new.agency_id, new.timezone)
    on conflict do nothing;
    if found then
        insert into roll_up_backlog (agency_id, zone, model_id)
        select agency_id, new.timezone, model_id from models where agency_id = new.agency_id;
    end if;
    return null;
end
$$;

create trigger roll_ups_of_agency after insert or update of timezone on agencies
    for each row execute function begin_roll_ups();

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
