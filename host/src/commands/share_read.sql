-- $1 agency, $2 model or null
-- The share of what a sync has to read that is read, in thousandths. A window being read counts by
-- the time it covers: how many rows lie there is not known before.
with floor as (
    select timestamptz '2018-01-01 00:00:00Z' as at
),

parts as (
    select
        case
            when state.proven_since is null then 0
            when state.proven_since > floor.at then
                extract(epoch from state.proven_until - state.proven_since)
                / nullif(extract(epoch from state.proven_until - floor.at), 0)
            when reread is null then 1
            else 1 - ((reread ->> 'to')::numeric - (reread ->> 'from')::numeric)
                / nullif(micros_of(state.proven_until) - (reread ->> 'from')::numeric, 0)
        end as share
    from models
    cross join floor
    left join sync_state as state
        on state.agency_id = models.agency_id
        and state.model_id = models.model_id
        and state.stream = 'transactions'
    cross join lateral (select state.progress -> 'rereads' -> 0) as first (reread)
    where models.agency_id = $1
        and models.active
        and ($2::uuid is null or models.model_id = $2)
)

select (1000 * coalesce(avg(greatest(0, least(1, share))), 0))::bigint
from parts
