-- $1 agency
--
-- The tokens are gone, and a refresh that is under way stores nothing, because the version has moved.
update connections
set access_token_sealed  = '',
    refresh_token_sealed = '',
    token_version        = token_version + 1,
    refresh_claimed_at   = null,
    refresh_retry_at     = null,
    state                = 'disconnected',
    last_error           = null
where agency_id = $1 and state <> 'disconnected'
returning connection_id
