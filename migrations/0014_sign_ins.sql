-- Sessions that end, tokens that tell when they were last used, limits on sign-ins, and who did what.

-- Told to the minute: an update per request would cost more than the request.
alter table api_tokens add column last_used_at timestamptz;

-- created_at and expires_at are those of the sign-in, whatever its id is by now. The new columns are
-- null in sessions that an older version opens, which then count from created_at.
--   last_seen_at  to the minute; a session that was not used for long is over
--   issued_at     when it got this id; after a while it gets another
--   replaced_at   when it got that other; the old id lives on for requests under way
alter table sessions
    add column last_seen_at timestamptz,
    add column issued_at timestamptz,
    add column replaced_at timestamptz;

-- Failed sign-ins of late, per address and per address and beginning of the token: what is counted is
-- known by its hash alone. Few rows, because they go with their window, and the oldest when it is full.
create table login_attempts (
    attempt_key    text primary key,
    failures       bigint not null,
    window_ends_at timestamptz not null
);

-- Which rows to forget.
create index login_attempts_by_end on login_attempts (window_ends_at);

-- It belongs to no agency, so no agency sees it.
revoke all on login_attempts from tidemark_tenant, tidemark_jobs;
grant select, insert, update, delete on login_attempts to tidemark_gate;

-- Who did what. Rows are only ever added.
create table audit_log (
    agency_id uuid not null references agencies,
    entry_id  bigint generated always as identity,
    at        timestamptz not null,
    -- the API token that was presented or signed in with; null for the command line
    actor     uuid,
    action    text not null,
    subject   text,
    detail    jsonb not null default '{}',
    -- the order of reading: newest first
    primary key (agency_id, entry_id)
);

-- Whether the same was noted a moment ago.
create index audit_log_recent on audit_log (agency_id, action, at);

select protect_tenant_tables();

revoke update, delete on audit_log from tidemark_tenant, tidemark_jobs;
