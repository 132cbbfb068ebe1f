-- $1 agency or null, $2 now
select
    models.agency_id,
    models.model_id,
    models.connection_id,
    models.own_account,
    coalesce(sync_state.attempts, 0),
    micros_of(sync_state.proven_until),
    agencies.timezone,
    micros_of(hint.followed_at)
from sync_hints as hint
join models using (agency_id, model_id)
join agencies using (agency_id)
join connections using (agency_id, connection_id)
left join sync_state
    on sync_state.agency_id = hint.agency_id
    and sync_state.model_id = hint.model_id
    and sync_state.stream = 'transactions'
where (hint.pending or hint.taken_by is not null)
    and models.active
    and connections.state = 'active'
    and ($1::uuid is null or hint.agency_id = $1)
    and (sync_state.retry_at is null or sync_state.retry_at <= instant_of($2))
order by hint.hinted_at, hint.agency_id, hint.model_id
