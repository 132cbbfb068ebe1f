-- $1 agency, $2 one plan or null, $3 from, $4 before, $5 member or null, $6 model or null,
-- $7 the time and $8 the id of the last one of the page before, $9 at most
select
    jsonb_build_object(
        'postId', plan.post_plan_id,
        'memberId', plan.member_id,
        'memberName', team_members.display_name,
        'modelId', plan.model_id,
        'modelHandle', models.handle,
        'plannedAt', json_time(plan.planned_at),
        'notes', plan.notes,
        'postedAt', json_time(plan.posted_at),
        'fanvuePostId', plan.fanvue_post_id,
        'cancelledAt', json_time(plan.cancelled_at),
        'state', coalesce(punctuality.state, 'scheduled'),
        'minutesLate', punctuality.minutes_late
    ),
    micros_of(plan.planned_at),
    plan.post_plan_id
from planned_posts as plan
join team_members
    on team_members.agency_id = plan.agency_id
    and team_members.member_id = plan.member_id
join models
    on models.agency_id = plan.agency_id
    and models.model_id = plan.model_id
left join punctuality
    on punctuality.agency_id = plan.agency_id
    and punctuality.kind = 'post'
    and punctuality.subject_id = plan.post_plan_id
where plan.agency_id = $1
    and ($2::uuid is null or plan.post_plan_id = $2)
    and plan.planned_at >= instant_of($3)
    and plan.planned_at < instant_of($4)
    and ($5::uuid is null or plan.member_id = $5)
    and ($6::uuid is null or plan.model_id = $6)
    and ($8::uuid is null or (plan.planned_at, plan.post_plan_id) > (instant_of($7), $8))
order by plan.planned_at, plan.post_plan_id
limit $9
