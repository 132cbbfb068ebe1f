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
