-- $1 agency, $2 now
select
    sync_state.model_id,
    sync_state.stream,
    micros_of(sync_state.proven_until),
    coalesce(sync_state.lease_until > instant_of($2), false),
    sync_state.attempts,
    micros_of(sync_state.retry_at),
    sync_state.last_error_code,
    sync_state.last_error_message
from sync_state
join models using (agency_id, model_id)
where sync_state.agency_id = $1 and models.active
order by sync_state.model_id, sync_state.stream
