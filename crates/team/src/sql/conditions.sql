-- $1 agency or null, $2 data proven before this are stale
select
    models.agency_id,
    'stale_data',
    models.model_id,
    models.handle,
    micros_of(sync_state.proven_until),
    agencies.timezone
from models
join agencies using (agency_id)
join connections using (agency_id, connection_id)
join sync_state
    on sync_state.agency_id = models.agency_id
    and sync_state.model_id = models.model_id
    and sync_state.stream = 'transactions'
where ($1::uuid is null or models.agency_id = $1)
    and models.active
    and connections.state = 'active'
    and sync_state.proven_until < instant_of($2)
union all
select
    connections.agency_id,
    'reconnect',
    connections.connection_id,
    coalesce((
        select string_agg('@' || models.handle, ', ' order by models.handle)
        from models
        where models.agency_id = connections.agency_id
            and models.connection_id = connections.connection_id
            and models.active
    ), 'an account'),
    null,
    agencies.timezone
from connections
join agencies using (agency_id)
where ($1::uuid is null or connections.agency_id = $1) and connections.state = 'reconnect'
