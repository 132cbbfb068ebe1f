-- Connecting an account at Fanvue in a browser: what must be remembered between leaving for Fanvue and
-- coming back. Of state and session only hashes are kept; the PKCE verifier is sealed with token_key.
-- A row is used once, by the session that made it, within ten minutes.
create table connect_attempts (
    agency_id       uuid not null references agencies,
    state_hash      bytea not null,
    session_hash    bytea not null,
    verifier_sealed bytea not null,
    expires_at      timestamptz not null,
    primary key (agency_id, state_hash)
);

-- When a refresh failed, nobody tries again before this instant.
alter table connections add column refresh_retry_at timestamptz;

-- Connecting an account again finds its connection by who granted it.
create index connections_of_principal on connections (agency_id, principal_id);
