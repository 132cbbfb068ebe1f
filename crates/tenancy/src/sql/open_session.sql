-- $1 agency, $2 hash, $3 token, $4 now, $5 expires at
with
over as (
    delete from sessions where agency_id = $1 and expires_at <= instant_of($4)
),
used as (
    update api_tokens set last_used_at = instant_of($4) where agency_id = $1 and token_id = $3
),
noted as (
    insert into audit_log (agency_id, at, actor, action)
    values ($1, instant_of($4), $3, 'sign-in.succeeded')
)
insert into sessions (
    agency_id, session_hash, token_id, created_at, expires_at, last_seen_at, issued_at
)
values ($1, $2, $3, instant_of($4), instant_of($5), instant_of($4), instant_of($4))
