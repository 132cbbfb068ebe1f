-- $1 agency, $2 state hash, $3 session hash, $4 now
delete from connect_attempts
where agency_id = $1 and state_hash = $2 and session_hash = $3
returning verifier_sealed, expires_at > instant_of($4)
