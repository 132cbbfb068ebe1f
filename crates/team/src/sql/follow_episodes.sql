-- $1 agency or null, $2 now, $3 conditions that hold
with condition as (
    select *
    from jsonb_to_recordset($3) as condition (
        agency_id uuid, kind text, subject uuid, title text, detail text
    )
),
closed as (
    update alert_episodes as episode
    set closed_at = instant_of($2)
    where ($1::uuid is null or episode.agency_id = $1)
        and episode.closed_at is null
        and episode.opened_at < instant_of($2)
        and not exists (
            select from condition
            where condition.agency_id = episode.agency_id
                and condition.kind = episode.kind
                and condition.subject = episode.subject
        )
),
opened as (
    insert into alert_episodes (agency_id, kind, subject, opened_at)
    select agency_id, kind, subject, instant_of($2) from condition
    on conflict do nothing
    returning agency_id, kind, subject
),
raised as (
    insert into alerts (agency_id, alert_key, kind, title, detail, raised_at)
    select
        agency_id, kind || ':' || subject || ':' || $2::bigint, kind, left(title, 300),
        left(detail, 2000), instant_of($2)
    from condition
    join opened using (agency_id, kind, subject)
    on conflict do nothing
    returning agency_id, alert_key, kind, raised_at
)
insert into alert_deliveries (agency_id, alert_key, destination_id, next_attempt_at)
select raised.agency_id, raised.alert_key, destination.destination_id, raised.raised_at
from raised
join alert_destinations as destination
    on destination.agency_id = raised.agency_id
    and destination.state = 'active'
    and raised.kind = any(destination.alert_kinds)
on conflict do nothing
