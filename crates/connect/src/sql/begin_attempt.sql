-- $1 agency, $2 state hash, $3 session hash, $4 sealed verifier, $5 expires at, $6 forget what had
-- expired by then
with forgotten as (
    delete from connect_attempts
    where agency_id = $1 and expires_at < instant_of($6)
)
insert into connect_attempts (agency_id, state_hash, session_hash, verifier_sealed, expires_at)
values ($1, $2, $3, $4, instant_of($5))
