-- $1 agency or null, $2 oldest time, $3 now
select
    planned_posts.agency_id,
    planned_posts.post_plan_id,
    planned_posts.member_id,
    micros_of(planned_posts.planned_at),
    micros_of(planned_posts.posted_at),
    planned_posts.cancelled_at is not null
from planned_posts
left join punctuality
    on punctuality.agency_id = planned_posts.agency_id
    and punctuality.kind = 'post'
    and punctuality.subject_id = planned_posts.post_plan_id
where ($1::uuid is null or planned_posts.agency_id = $1)
    and planned_posts.planned_at between instant_of($2) and instant_of($3)
    and case
        -- a cancelled post only matters when something was found of it
        when planned_posts.cancelled_at is not null then punctuality.state <> 'withdrawn'
        else punctuality.state is null or punctuality.state = 'missed'
    end
order by planned_posts.agency_id, planned_posts.planned_at, planned_posts.post_plan_id
