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
    from planned_posts
    join verdict
        on verdict.agency_id = planned_posts.agency_id
        and verdict.subject_id = planned_posts.post_plan_id
    where planned_posts.revision = verdict.revision
    order by planned_posts.agency_id, planned_posts.post_plan_id
    for update of planned_posts
),
settled as (
    update planned_posts
    set check_at = instant_of(held.check_at)
    from held
    where planned_posts.agency_id = held.agency_id
        and planned_posts.post_plan_id = held.subject_id
        and planned_posts.revision = held.revision
),
