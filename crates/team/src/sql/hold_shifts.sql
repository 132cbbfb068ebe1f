-- $1 kind of subject, $2 verdicts, $3 events, $4 now
with verdict as (
    select *
    from jsonb_to_recordset($2) as verdict (
        agency_id uuid, subject_id uuid, revision bigint, member_id uuid,
        state text, minutes_late bigint, check_at bigint
    )
),
-- Whoever changes a subject waits here; a verdict on what it was before is dropped.
held as (
    select verdict.*
    from shifts
    join verdict on verdict.agency_id = shifts.agency_id and verdict.subject_id = shifts.shift_id
    where shifts.revision = verdict.revision
    order by shifts.agency_id, shifts.shift_id
    for update of shifts
),
settled as (
    update shifts
    set check_at = instant_of(held.check_at)
    from held
    where shifts.agency_id = held.agency_id
        and shifts.shift_id = held.subject_id
        and shifts.revision = held.revision
),
