-- Team play: what the gamification checks work on.

create table team_members (
    agency_id    uuid not null references agencies,
    member_id    uuid not null,
    display_name text not null,
    created_at   timestamptz not null,
    primary key (agency_id, member_id)
);

create table shifts (
    agency_id    uuid not null,
    shift_id     uuid not null,
    member_id    uuid not null,
    model_id     uuid,
    starts_at    timestamptz not null,
    ends_at      timestamptz not null,
    cancelled_at timestamptz,
    primary key (agency_id, shift_id),
    foreign key (agency_id, member_id) references team_members,
    foreign key (agency_id, model_id) references models,
    check (ends_at > starts_at)
);

-- The checks read shifts by their start, from the oldest unresolved one on.
create index shifts_by_start on shifts (agency_id, starts_at);

-- Several per shift are fine; the earliest counts.
create table clock_ins (
    agency_id    uuid not null,
    clock_in_id  uuid not null,
    shift_id     uuid not null,
    clocked_in_at timestamptz not null,
    primary key (agency_id, clock_in_id),
    foreign key (agency_id, shift_id) references shifts
);

create index clock_ins_of_shift on clock_ins (agency_id, shift_id, clocked_in_at);

create table planned_posts (
    agency_id    uuid not null,
    post_plan_id uuid not null,
    member_id    uuid not null,
    model_id     uuid not null,
    planned_at   timestamptz not null,
    posted_at    timestamptz,
    cancelled_at timestamptz,
    primary key (agency_id, post_plan_id),
    foreign key (agency_id, member_id) references team_members,
    foreign key (agency_id, model_id) references models
);

create index planned_posts_by_time on planned_posts (agency_id, planned_at);

-- What the checks found: one row per subject, moved only forward through its states. A late
-- clock-in or post turns `missed` into `late` with its minutes.
create table punctuality (
    agency_id    uuid not null references agencies,
    kind         text not null check (kind in ('shift', 'post')),
    subject_id   uuid not null,
    member_id    uuid not null,
    state        text not null check (state in ('on_time', 'late', 'missed', 'withdrawn')),
    minutes_late bigint,
    found_at     timestamptz not null,
    changed_at   timestamptz not null,
    primary key (agency_id, kind, subject_id),
    foreign key (agency_id, member_id) references team_members
);
