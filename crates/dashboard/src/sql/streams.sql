-- $1 agency, $2 now
select
    sync_state.model_id,
    sync_state.stream,
    micros_of(sync_state.proven_since),
    micros_of(sync_state.proven_until),
    coalesce(sync_state.lease_until > instant_of($2), false),
    coalesce(jsonb_array_length(sync_state.progress -> 'rereads'), 0),
    coalesce((sync_state.progress ->> 'reversals_unknown')::boolean, false),
    (
        select count(*)
        from quarantine
        where quarantine.agency_id = sync_state.agency_id
            and quarantine.model_id = sync_state.model_id
            and quarantine.resolved_at is null
            and sync_state.stream = 'transactions'
    ),
    sync_state.attempts,
    micros_of(sync_state.retry_at),
    sync_state.last_error_code,
    sync_state.last_error_message
from sync_state
join models using (agency_id, model_id)
where sync_state.agency_id = $1 and models.active
order by sync_state.model_id, sync_state.stream
