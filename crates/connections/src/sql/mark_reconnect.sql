-- $1 agency, $2 connection, $3 the version that Fanvue refused, $4 what happened
update connections
set state              = 'reconnect',
    refresh_claimed_at = null,
    last_error         = $4
where agency_id = $1 and connection_id = $2 and token_version = $3
returning connection_id
