-- $1 agency, $2 raised from, $3 raised before, $4 the time and $5 the key of the last one of the page
-- before, $6 at most
select
    jsonb_build_object(
        'alertId', alerts.alert_key,
        'kind', alerts.kind,
        'title', alerts.title,
        'detail', alerts.detail,
        'raisedAt', json_time(alerts.raised_at),
        'deliveries', coalesce((
            select jsonb_agg(jsonb_build_object(
                'destinationId', delivery.destination_id,
                'destinationName', destination.name,
                'state', delivery.state,
                'attempts', delivery.attempts,
                'nextAttemptAt', case
                    when delivery.state = 'queued' then json_time(delivery.next_attempt_at)
                end,
                'lastStatus', delivery.last_status,
                'lastError', delivery.last_error,
                'sentAt', json_time(delivery.sent_at)
            ) order by destination.name, delivery.destination_id)
            from alert_deliveries as delivery
            join alert_destinations as destination using (agency_id, destination_id)
            where delivery.agency_id = alerts.agency_id and delivery.alert_key = alerts.alert_key
        ), '[]')
    ),
    micros_of(alerts.raised_at),
    alerts.alert_key
from alerts
where alerts.agency_id = $1
    and alerts.raised_at >= instant_of($2)
    and alerts.raised_at < instant_of($3)
    and ($5::text is null or (alerts.raised_at, alerts.alert_key) < (instant_of($4), $5))
order by alerts.raised_at desc, alerts.alert_key desc
limit $6
