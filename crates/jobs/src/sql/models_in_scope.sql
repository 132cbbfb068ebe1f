-- $1 agency or null, $2 model or null, $3 stream
select
    models.agency_id,
    models.model_id,
    models.connection_id,
    models.own_account,
    micros_of(sync_state.retry_at),
    micros_of(sync_state.proven_until),
    agencies.timezone,
    coalesce(sync_state.attempts, 0)
from models
join agencies using (agency_id)
join connections using (agency_id, connection_id)
left join sync_state
    on sync_state.agency_id = models.agency_id
    and sync_state.model_id = models.model_id
    and sync_state.stream = $3
where models.active
    -- Nobody asks to read what a person has disconnected.
    and connections.state <> 'disconnected'
    and ($1::uuid is null or models.agency_id = $1)
    and ($2::uuid is null or models.model_id = $2)
order by sync_state.proven_until nulls first, models.agency_id, models.model_id
