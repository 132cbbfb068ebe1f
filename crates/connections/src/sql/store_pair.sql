-- $1 agency, $2 connection, $3 version replaced, $4 access, $5 refresh, $6 now, $7 expires at
update connections
set access_token_sealed  = $4,
    refresh_token_sealed = $5,
    token_version        = token_version + 1,
    obtained_at          = instant_of($6),
    expires_at           = instant_of($7),
    refresh_claimed_at   = null,
    refresh_retry_at     = null,
    last_error           = null
where agency_id = $1 and connection_id = $2 and token_version = $3
