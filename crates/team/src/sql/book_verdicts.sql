-- Goes on where hold_shifts.sql or hold_posts.sql ends: events, their points and alerts are written
-- together or not at all, each only by whoever records its event first.
event as (
    select event.*
    from jsonb_to_recordset($3) as event (
        agency_id uuid, subject_id uuid, kind text, occurrence integer, withdrawal boolean,
        member_id uuid, planned_at bigint, occurred_at bigint, minutes_late bigint, quiet boolean,
        points bigint, alert_title text, alert_detail text
    )
    join held on held.agency_id = event.agency_id and held.subject_id = event.subject_id
),
recorded as (
    insert into team_events (
        agency_id, subject_id, kind, occurrence, withdrawal, member_id, planned_at, occurred_at,
        minutes_late, quiet, found_at
    )
    select
        agency_id, subject_id, kind, occurrence, withdrawal, member_id, instant_of(planned_at),
        instant_of(occurred_at), minutes_late, quiet, instant_of($4)
    from event
    order by agency_id, subject_id, kind, occurrence, withdrawal
    on conflict do nothing
    returning agency_id, subject_id, kind, occurrence, withdrawal
),
fresh as (
    select event.*
    from event
    join recorded using (agency_id, subject_id, kind, occurrence, withdrawal)
),
booked as (
    insert into points_ledger (
        agency_id, subject, kind, occurrence, reversal, member_id, points, occurred_at, booked_at
    )
    select
        agency_id, subject_id::text, kind, occurrence, withdrawal, member_id, points,
        instant_of(planned_at), instant_of($4)
    from fresh
    where points <> 0
    on conflict do nothing
),
raised as (
    insert into alerts (agency_id, alert_key, kind, title, detail, raised_at)
    select
        agency_id, kind || ':' || subject_id || ':' || occurrence, kind, alert_title, alert_detail,
        instant_of($4)
    from fresh
    where alert_title is not null
    on conflict do nothing
    returning agency_id, alert_key, kind, raised_at
),
queued as (
    insert into alert_deliveries (agency_id, alert_key, destination_id, next_attempt_at)
    select raised.agency_id, raised.alert_key, destination.destination_id, raised.raised_at
    from raised
    join alert_destinations as destination
        on destination.agency_id = raised.agency_id
        and destination.state = 'active'
        and raised.kind = any(destination.alert_kinds)
    on conflict do nothing
),
noted as (
    insert into punctuality as known (
        agency_id, kind, subject_id, member_id, state, minutes_late, found_at, changed_at
    )
    select
        agency_id, $1, subject_id, member_id, state, minutes_late, instant_of($4), instant_of($4)
    from held
    where state <> 'scheduled'
        or exists (
            select from punctuality as former
            where former.agency_id = held.agency_id
                and former.kind = $1
                and former.subject_id = held.subject_id
        )
    on conflict (agency_id, kind, subject_id) do update
        set member_id    = excluded.member_id,
            state        = excluded.state,
            minutes_late = excluded.minutes_late,
            changed_at   = excluded.changed_at
)
select
    held.agency_id,
    count(distinct held.subject_id),
    count(fresh.kind) filter (where not fresh.withdrawal),
    count(fresh.kind) filter (where fresh.withdrawal)
from held
left join fresh on fresh.agency_id = held.agency_id and fresh.subject_id = held.subject_id
group by held.agency_id
