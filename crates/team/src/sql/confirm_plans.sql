-- $1 plans, and the posts that confirm them where there are, $2 when the posts were read.
-- Guarded: what was confirmed or cancelled meanwhile stays, and a person's word goes before Fanvue's.
update planned_posts as plan
set fanvue_post_id = confirmation.fanvue_post_id,
    posted_at      = coalesce(plan.posted_at, instant_of(confirmation.published_at)),
    feed_read_at   = instant_of($2)
from jsonb_to_recordset($1) as confirmation (
    agency_id uuid, model_id uuid, post_plan_id uuid, fanvue_post_id uuid, published_at bigint
)
where plan.agency_id = confirmation.agency_id
    and plan.post_plan_id = confirmation.post_plan_id
    and plan.model_id = confirmation.model_id
    and plan.fanvue_post_id is null
    and plan.cancelled_at is null
returning plan.post_plan_id
