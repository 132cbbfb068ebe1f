-- The audience: how old each count is, levels that were derived, flows apart from levels, and one
-- function for what every answer of Fanvue says about its bucket.

-- A count and its age are written by the call that succeeded, and by it alone.
alter table models
    add column subscribers_observed_at timestamptz,
    add column followers_observed_at timestamptz,
    add column unread_observed_at timestamptz,
    add column posts_observed_at timestamptz,
    add column flows_observed_at timestamptz;

-- Until now all counts of a model were written together with the proof of its stream.
update models
set subscribers_observed_at = case when models.subscribers is not null then state.proven_until end,
    followers_observed_at   = case when models.followers is not null then state.proven_until end,
    unread_observed_at      = case when models.unread_messages is not null then state.proven_until end
from sync_state as state
where state.agency_id = models.agency_id
    and state.model_id = models.model_id
    and state.stream = 'audience'
    and state.proven_until is not null;

-- A derived level was never seen: it follows from a head-count and Fanvue's events after it. Then
-- observed_at is the end of the UTC day that it is the level of, and nobody knows the followers.
alter table subscriber_history
    add column derived boolean not null default false,
    alter column followers drop not null;

alter table subscriber_history
    add constraint subscriber_history_observed check (derived or followers is not null);

-- The last observed level before a day, without a walk over the derived ones before it.
create index subscriber_history_seen on subscriber_history (agency_id, model_id, day)
    where not derived;

-- Starts and final ends of subscriptions per UTC day, as Fanvue gives them. Flows, never levels: a
-- day without a row has none. The last reading of a day counts.
create table subscriber_flows (
    agency_id   uuid not null,
    model_id    uuid not null,
    day         date not null,
    started     bigint not null check (started >= 0),
    ended       bigint not null check (ended >= 0),
    observed_at timestamptz not null,
    primary key (agency_id, model_id, day),
    foreign key (agency_id, model_id) references models
);

-- What an answer's headers said about a bucket. Instants in microseconds. Statements of jobs call it
-- beside what else they store, so that it stays one unit of work.
create function note_rate_reading(
    agency uuid, connection uuid, of_bucket text, of_capacity bigint, left_over bigint,
    refills_at bigint, seen_at bigint
) returns boolean
    language sql
    begin atomic
    insert into rate_buckets (
        agency_id, connection_id, bucket, capacity, remaining, resets_at, observed_at
    )
    values (
        agency, connection, of_bucket, of_capacity, left_over, instant_of(refills_at),
        instant_of(seen_at)
    )
    on conflict (agency_id, connection_id, bucket) do update
        set capacity    = excluded.capacity,
            remaining   = excluded.remaining,
            resets_at   = excluded.resets_at,
            observed_at = excluded.observed_at
    returning true;
    end;
