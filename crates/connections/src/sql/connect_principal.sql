-- $1 agency, $2 the id of a new connection, $3 principal, $4 access token, $5 refresh token, $6 now,
-- $7 expires at
--
-- A grant of somebody who granted before takes the place of their old one: models and ledger stay
-- with their connection.
with known as (
    select connection_id
    from connections
    where agency_id = $1 and principal_id = $3
    order by state = 'active' desc, connection_id
    limit 1
),

renewed as (
    update connections
    set access_token_sealed  = $4,
        refresh_token_sealed = $5,
        token_version        = token_version + 1,
        obtained_at          = instant_of($6),
        expires_at           = instant_of($7),
        refresh_claimed_at   = null,
        refresh_retry_at     = null,
        state                = 'active',
        last_error           = null,
        discovered_at        = null
    from known
    where connections.agency_id = $1 and connections.connection_id = known.connection_id
    returning connections.connection_id
),

added as (
    insert into connections (
        agency_id, connection_id, principal_id, access_token_sealed, refresh_token_sealed,
        obtained_at, expires_at
    )
    select $1, $2, $3, $4, $5, instant_of($6), instant_of($7)
    where not exists (select from known)
    returning connection_id
),

-- What failed for want of a grant may be tried again at once.
cleared as (
    update sync_state
    set retry_at = null, last_error_code = null, last_error_message = null
    from renewed
    join models on models.agency_id = $1 and models.connection_id = renewed.connection_id
    where sync_state.agency_id = $1 and sync_state.model_id = models.model_id
)

select connection_id from renewed
union all
select connection_id from added
