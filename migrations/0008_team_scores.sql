-- Team play: what the checks found, and the points for it. Both are append-only: a thing that is no
-- longer true gets an opposite entry under the same key.

-- Each (kind, subject, occurrence) is found once and withdrawn at most once, whoever looks and how
-- often. A second occurrence exists only after the first was withdrawn. `quiet` ones were found when
-- they were long past: neither alert nor points.
create table team_events (
    agency_id    uuid not null references agencies,
    subject_id   uuid not null,
    kind         text not null check (kind in (
        'shift_on_time', 'shift_late', 'shift_missed', 'shift_late_resolved',
        'post_on_time', 'post_missed', 'post_late_resolved'
    )),
    occurrence   integer not null check (occurrence > 0),
    withdrawal   boolean not null,
    member_id    uuid not null,
    planned_at   timestamptz not null,
    occurred_at  timestamptz not null,
    minutes_late bigint,
    quiet        boolean not null,
    found_at     timestamptz not null,
    primary key (agency_id, subject_id, kind, occurrence, withdrawal),
    foreign key (agency_id, member_id) references team_members
);

-- Streaks and counts read an agency's events of a time.
create index team_events_by_time on team_events (agency_id, planned_at)
    include (member_id, kind, withdrawal);

-- Entries count on the day of what they are for; `booked_at` says when they were written.
create table points_ledger (
    agency_id   uuid not null references agencies,
    subject     text collate "C" not null,
    kind        text not null,
    occurrence  integer not null check (occurrence > 0),
    reversal    boolean not null,
    member_id   uuid not null,
    points      bigint not null check (points <> 0),
    occurred_at timestamptz not null,
    booked_at   timestamptz not null,
    primary key (agency_id, subject, kind, occurrence, reversal),
    foreign key (agency_id, member_id) references team_members
);

-- Answers the leaderboard of a week, a month and all time from the index alone.
create index points_by_time on points_ledger (agency_id, occurred_at)
    include (member_id, kind, points);

create function refuse_rewriting() returns trigger
    language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'TM003';
end
$$;

create trigger append_only before update or delete on team_events
    for each row execute function refuse_rewriting();
create trigger append_only before update or delete on points_ledger
    for each row execute function refuse_rewriting();

-- The rules of an agency's game. A row holds for what is planned or sold from valid_from on, until the
-- next one does; before the first, and without any, the defaults of the program hold.
create table score_rules (
    agency_id              uuid not null references agencies,
    valid_from             timestamptz not null,
    created_at             timestamptz not null,
    shift_on_time          integer not null,
    shift_late             integer not null,
    shift_missed           integer not null,
    post_on_time           integer not null,
    post_late              integer not null,
    post_missed            integer not null,
    -- per 100 US dollars of gross
    sale_per_100_dollars   integer not null check (sale_per_100_dollars >= 0),
    late_after_minutes     integer not null check (late_after_minutes >= 0),
    missed_after_minutes   integer not null check (missed_after_minutes > late_after_minutes),
    post_within_minutes    integer not null check (post_within_minutes > 0),
    primary key (agency_id, valid_from)
);

-- What is recorded of one subject, the newest occurrence last.
create function events_of_subject(agency uuid, of_subject uuid) returns jsonb
    language sql stable
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'kind', found.kind,
            'occurrence', found.occurrence,
            'withdrawn', gone.kind is not null,
            'memberId', found.member_id,
            'plannedAt', micros_of(found.planned_at),
            'occurredAt', micros_of(found.occurred_at),
            'minutesLate', found.minutes_late,
            'points', coalesce(booked.points, 0),
            'lastFoundAt', micros_of(coalesce(gone.found_at, found.found_at))
        ) order by found.occurrence), '[]')
        from team_events as found
        left join team_events as gone
            on gone.agency_id = found.agency_id
            and gone.subject_id = found.subject_id
            and gone.kind = found.kind
            and gone.occurrence = found.occurrence
            and gone.withdrawal
        left join points_ledger as booked
            on booked.agency_id = found.agency_id
            and booked.subject = found.subject_id::text
            and booked.kind = found.kind
            and booked.occurrence = found.occurrence
            and not booked.reversal
        where found.agency_id = agency and found.subject_id = of_subject and not found.withdrawal
    );
