-- $1 agency, $2 hash, $3 token, $4 now, $5 expires at
insert into sessions (agency_id, session_hash, token_id, created_at, expires_at)
values ($1, $2, $3, instant_of($4), instant_of($5))
