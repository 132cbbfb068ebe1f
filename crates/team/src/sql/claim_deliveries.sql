-- $1 agency or null, $2 now, $3 claimed until, $4 at most
with due as (
    select delivery.agency_id, delivery.alert_key, delivery.destination_id
    from alert_deliveries as delivery
    join alert_destinations as destination using (agency_id, destination_id)
    where ($1::uuid is null or delivery.agency_id = $1)
        and delivery.state = 'queued'
        and delivery.next_attempt_at <= instant_of($2)
        and (delivery.claimed_until is null or delivery.claimed_until <= instant_of($2))
        and destination.state = 'active'
        and (destination.throttled_until is null or destination.throttled_until <= instant_of($2))
    order by delivery.next_attempt_at, delivery.alert_key, delivery.destination_id
    limit $4
    for update of delivery skip locked
)
update alert_deliveries as delivery
set claimed_until = instant_of($3), attempts = delivery.attempts + 1
from due
join alerts using (agency_id, alert_key)
join alert_destinations as destination using (agency_id, destination_id)
where delivery.agency_id = due.agency_id
    and delivery.alert_key = due.alert_key
    and delivery.destination_id = due.destination_id
returning
    delivery.agency_id,
    delivery.alert_key,
    delivery.destination_id,
    delivery.attempts,
    delivery.parts_sent,
    destination.kind,
    destination.chat_id,
    destination.secret_sealed,
    alerts.kind,
    alerts.title,
    alerts.detail
