-- $1 agency or null, $2 now, $3 at most, $4 agency/model whose posts could not be read just now
select
    planned_posts.agency_id,
    planned_posts.post_plan_id,
    planned_posts.revision,
    planned_posts.member_id,
    team_members.display_name,
    models.handle,
    agencies.timezone,
    events_of_subject(planned_posts.agency_id, planned_posts.post_plan_id),
    micros_of(planned_posts.cancelled_at),
    micros_of(planned_posts.planned_at),
    micros_of(planned_posts.posted_at)
from planned_posts
join agencies on agencies.agency_id = planned_posts.agency_id
join team_members
    on team_members.agency_id = planned_posts.agency_id
    and team_members.member_id = planned_posts.member_id
join models
    on models.agency_id = planned_posts.agency_id
    and models.model_id = planned_posts.model_id
where ($1::uuid is null or planned_posts.agency_id = $1)
    and planned_posts.check_at <= instant_of($2)
    -- What may have been posted without our knowing is not called missed.
    and (
        planned_posts.posted_at is not null
        or planned_posts.cancelled_at is not null
        or planned_posts.agency_id || '/' || planned_posts.model_id <> all($4::text[])
    )
order by planned_posts.agency_id, planned_posts.check_at, planned_posts.post_plan_id
limit $3
