-- $1 agency, $2 one destination or null. The secret stays where it is.
select jsonb_build_object(
    'destinationId', destination_id,
    'kind', kind,
    'name', name,
    'host', host,
    'chatId', chat_id,
    'alertKinds', to_jsonb(alert_kinds),
    'state', state,
    'stateReason', state_reason,
    'failingSince', json_time(failing_since),
    'createdAt', json_time(created_at)
)
from alert_destinations
where agency_id = $1 and ($2::uuid is null or destination_id = $2)
order by created_at, destination_id
limit 100
