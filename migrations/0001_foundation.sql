-- The foundation: tenants, connections, the ledger, and the state of the jobs.
--
-- Every tenant table has agency_id first in its key. Instants are timestamptz; statements pass and
-- read them as microseconds since the epoch, because Spin's Postgres binding cannot carry
-- timestamptz. Money is bigint US cents, as Fanvue reports it.

create function instant_of(micros bigint) returns timestamptz
    language sql stable strict parallel safe
    return timestamptz 'epoch' + micros * interval '1 microsecond';

create function micros_of(moment timestamptz) returns bigint
    language sql stable strict parallel safe
    return (extract(epoch from moment) * 1000000)::bigint;

-- Ends a statement that would overwrite a stored row with what may be another one.
create function refuse_contested_row(row_key text) returns bigint
    language plpgsql
    as $$
begin
    raise exception 'the stored row % may be another one', row_key using errcode = 'TM001';
end
$$;

create table agencies (
    agency_id  uuid primary key,
    name       text not null check (length(name) between 1 and 200),
    timezone   text not null,
    created_at timestamptz not null
);

-- Only a hash of a token is stored. The unique index answers the look-up of every request.
create table api_tokens (
    agency_id  uuid not null references agencies,
    token_id   uuid not null,
    token_hash bytea not null unique,
    role       text not null check (role in ('owner', 'manager', 'viewer')),
    created_at timestamptz not null,
    revoked_at timestamptz,
    primary key (agency_id, token_id)
);

-- A browser's sign-in. It lives as long as its token does and no longer than expires_at.
create table sessions (
    agency_id    uuid not null,
    session_hash bytea not null unique,
    token_id     uuid not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    primary key (agency_id, session_hash),
    foreign key (agency_id, token_id) references api_tokens
);

-- One OAuth grant at Fanvue. The pair of tokens is sealed with token_key. token_version rises with
-- every refresh; refresh_claimed_at makes the refresh single-flight.
create table connections (
    agency_id            uuid not null references agencies,
    connection_id        uuid not null,
    principal_id         uuid,
    access_token_sealed  bytea not null,
    refresh_token_sealed bytea not null,
    token_version        bigint not null default 1,
    obtained_at          timestamptz not null,
    expires_at           timestamptz not null,
    refresh_claimed_at   timestamptz,
    state                text not null default 'active' check (state in ('active', 'reconnect', 'disconnected')),
    last_error           text,
    discovered_at        timestamptz,
    primary key (agency_id, connection_id)
);

-- A creator under an agency's care. Counts are null until first observed, never 0 by default.
create table models (
    agency_id       uuid not null references agencies,
    model_id        uuid not null,
    connection_id   uuid not null,
    own_account     boolean not null,
    handle          text not null,
    display_name    text not null,
    active          boolean not null default true,
    created_at      timestamptz not null,
    subscribers     bigint check (subscribers >= 0),
    followers       bigint check (followers >= 0),
    unread_messages bigint check (unread_messages >= 0),
    posts           bigint check (posts >= 0),
    primary key (agency_id, model_id),
    foreign key (agency_id, connection_id) references connections
);

-- The ledger: the single source of truth for money. Written by transaction-sync alone.
create table fanvue_transactions (
    agency_id         uuid not null,
    model_id          uuid not null,
    -- Compared byte by byte: the rows of an order are found by the beginning of their keys.
    row_key           text collate "C" not null,
    shape             text not null check (shape in ('bare', 'unversioned', 'v1')),
    occurred_at       timestamptz not null,
    source            text not null,
    gross_cents       bigint not null,
    net_cents         bigint not null,
    total_cents       bigint,
    currency          text,
    order_id          text,
    order_status      text,
    reverses_order_id text,
    fan_id            uuid,
    message_id        uuid,
    post_id           uuid,
    raw               jsonb not null,
    first_seen_at     timestamptz not null,
    changed_at        timestamptz not null,
    withdrawn_at      timestamptz,
    primary key (agency_id, model_id, row_key),
    foreign key (agency_id, model_id) references models
);

-- Answers every window of the dashboard from the index alone.
create index fanvue_transactions_window on fanvue_transactions (agency_id, occurred_at)
    include (model_id, source, gross_cents, net_cents, fan_id)
    where withdrawn_at is null;

-- What a row held before Fanvue changed its amounts.
create table ledger_amendments (
    agency_id  uuid not null,
    model_id   uuid not null,
    row_key    text collate "C" not null,
    amended_at timestamptz not null,
    before     jsonb not null,
    primary key (agency_id, model_id, row_key, amended_at),
    foreign key (agency_id, model_id) references models
);

-- Rows that could not be read: kept whole, with the reason, until they were read after all.
create table quarantine (
    agency_id     uuid not null,
    model_id      uuid not null,
    endpoint      text not null,
    payload_hash  text not null,
    payload       jsonb not null,
    reason        text not null,
    order_id      text,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    resolved_at   timestamptz,
    primary key (agency_id, model_id, endpoint, payload_hash),
    foreign key (agency_id, model_id) references models
);

-- Few rows wait in quarantine; every page looks whether it holds one of them.
create index quarantine_waiting on quarantine (agency_id, model_id, order_id)
    where resolved_at is null;

-- Where the reading of one model's stream stands.
--   lease_*   who may write; a take-over raises lease_token, and every write names its token.
--   progress  where the lanes are: the document of the job's state machine, written by it alone.
--   proven_*  the stream was read without a gap over [proven_since, proven_until).
--   watermark the newest stored row.
--   full_read_at when the last full re-read began that has ended.
--   family    which of Fanvue's two path families answers for this model.
create table sync_state (
    agency_id          uuid not null,
    model_id           uuid not null,
    stream             text not null check (stream in ('transactions', 'audience')),
    lease_token        bigint not null default 0,
    lease_until        timestamptz,
    progress           jsonb not null default '{}',
    proven_since       timestamptz,
    proven_until       timestamptz,
    watermark          timestamptz,
    full_read_at       timestamptz,
    family             text check (family in ('v1', 'unversioned')),
    attempts           integer not null default 0,
    retry_at           timestamptz,
    last_error_code    text,
    last_error_message text,
    primary key (agency_id, model_id, stream),
    foreign key (agency_id, model_id) references models,
    check ((proven_since is null) = (proven_until is null))
);

-- Gross of sales per closed UTC day, in the ledger and as Fanvue sums it up. A day stays here with
-- its drift until both agree.
create table reconciliations (
    agency_id    uuid not null,
    model_id     uuid not null,
    day          date not null,
    ledger_cents bigint not null,
    fanvue_cents bigint not null,
    compared_at  timestamptz not null,
    primary key (agency_id, model_id, day),
    foreign key (agency_id, model_id) references models
);

-- Days that differ are few, and /api/status shows them all.
create index reconciliations_drifted on reconciliations (agency_id, day)
    where ledger_cents <> fanvue_cents;

-- The run that callers of one agency's job work on together: a model is done when it was proven
-- at or after run_started_at; in a full run, when its whole history was read again since then.
create table job_runs_open (
    agency_id      uuid not null references agencies,
    job            text not null,
    run_started_at timestamptz not null,
    full_read      boolean not null,
    primary key (agency_id, job)
);

-- What each step did for each agency.
create table job_steps (
    agency_id  uuid not null references agencies,
    step_id    bigint generated always as identity,
    job        text not null,
    started_at timestamptz not null,
    took_ms    bigint not null,
    outcome    text not null check (outcome in ('done', 'more', 'busy', 'partial', 'failed')),
    report     jsonb not null,
    primary key (agency_id, step_id)
);

-- The last steps of an agency's job, newest first, for /api/status.
create index job_steps_of_agency on job_steps (agency_id, job, started_at desc);

-- The last steps of a job, newest first, for /api/health.
create index job_steps_recent on job_steps (job, started_at desc);

-- Fanvue's request buckets as their headers last told: the principal's, or one creator's.
create table rate_buckets (
    agency_id     uuid not null,
    connection_id uuid not null,
    bucket        text not null,
    capacity      bigint not null,
    remaining     bigint not null,
    resets_at     timestamptz not null,
    observed_at   timestamptz not null,
    -- the end of the pause that a 429 asked for
    paused_until  timestamptz,
    primary key (agency_id, connection_id, bucket),
    foreign key (agency_id, connection_id) references connections
);

-- One level of the audience per model and local day of the agency: the last count observed that day.
create table subscriber_history (
    agency_id   uuid not null,
    model_id    uuid not null,
    day         date not null,
    subscribers bigint not null check (subscribers >= 0),
    followers   bigint not null check (followers >= 0),
    observed_at timestamptz not null,
    primary key (agency_id, model_id, day),
    foreign key (agency_id, model_id) references models
);
