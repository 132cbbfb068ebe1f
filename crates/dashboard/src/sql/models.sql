-- $1 agency
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
    models.posts
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
where models.agency_id = $1 and models.active
order by lower(models.display_name), models.model_id
