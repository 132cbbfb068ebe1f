-- $1 agency, $2 connection, $3 the version that was to be replaced, $4 try again at, $5 what happened
update connections
set refresh_claimed_at = null,
    refresh_retry_at   = instant_of($4),
    last_error         = $5
where agency_id = $1 and connection_id = $2 and token_version = $3
