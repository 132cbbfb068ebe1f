-- $1 agency, $2 connection, $3 version, $4 now, $5 a claim older than this is dead
update connections
set refresh_claimed_at = instant_of($4)
where agency_id = $1
    and connection_id = $2
    and token_version = $3
    and state = 'active'
    and (refresh_retry_at is null or refresh_retry_at <= instant_of($4))
    and (refresh_claimed_at is null or refresh_claimed_at < instant_of($5))
returning token_version
