-- $1 agency, $2 the first UTC day whose flows count, YYYY-MM-DD
select
    models.model_id,
    models.handle,
    models.display_name,
    models.subscribers,
    models.followers,
    models.unread_messages,
    micros_of(ledger.proven_until),
    micros_of(ledger.proven_since),
    ledger.last_error_message,
    connections.state,
    micros_of(audience.proven_until),
    models.posts,
    micros_of(models.subscribers_observed_at),
    micros_of(models.followers_observed_at),
    micros_of(models.unread_observed_at),
    micros_of(models.posts_observed_at),
    micros_of(models.flows_observed_at),
    flows.started,
    flows.ended
from models
join connections using (agency_id, connection_id)
left join sync_state as ledger
    on ledger.agency_id = models.agency_id
    and ledger.model_id = models.model_id
    and ledger.stream = 'transactions'
left join sync_state as audience
    on audience.agency_id = models.agency_id
    and audience.model_id = models.model_id
    and audience.stream = 'audience'
-- A range of the key of each model.
cross join lateral (
    select
        coalesce(sum(started), 0)::bigint as started,
        coalesce(sum(ended), 0)::bigint as ended
    from subscriber_flows
    where agency_id = $1 and model_id = models.model_id and day >= ($2::text)::date
) as flows
where models.agency_id = $1 and models.active
order by lower(models.display_name), models.model_id
