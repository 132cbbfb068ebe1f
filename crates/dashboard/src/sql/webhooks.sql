-- $1 agency, $2 received since
select
    count(*),
    count(*) filter (where not event.known),
    micros_of(max(event.received_at))
from models
join webhook_events as event on event.creator_id = models.model_id
where models.agency_id = $1 and event.received_at >= instant_of($2)
