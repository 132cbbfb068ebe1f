-- $1 agency, $2 destination, $3 now
with raised as (
    insert into alerts (agency_id, alert_key, kind, title, detail, raised_at)
    select
        agency_id, 'test:' || destination_id || ':' || $3::bigint, 'test',
        'This is a test from Tidemark', 'Alerts of your team will arrive here.', instant_of($3)
    from alert_destinations
    where agency_id = $1 and destination_id = $2 and state = 'active'
    on conflict do nothing
    returning agency_id, alert_key, raised_at
)
insert into alert_deliveries (agency_id, alert_key, destination_id, next_attempt_at)
select agency_id, alert_key, $2, raised_at from raised
returning alert_key
