-- $1 agency, $2 connection, $3 access token, $4 refresh token, $5 now, $6 expires at
with connected as (
    update connections
    set access_token_sealed  = $3,
        refresh_token_sealed = $4,
        token_version        = token_version + 1,
        obtained_at          = instant_of($5),
        expires_at           = instant_of($6),
        refresh_claimed_at   = null,
        refresh_retry_at     = null,
        state                = 'active',
        last_error           = null
    where agency_id = $1 and connection_id = $2
    returning agency_id, connection_id
),

-- What failed for want of a grant may be tried again at once.
cleared as (
    update sync_state
    set retry_at = null, last_error_code = null, last_error_message = null
    from connected
    join models using (agency_id, connection_id)
    where sync_state.agency_id = models.agency_id and sync_state.model_id = models.model_id
)
select connection_id from connected
