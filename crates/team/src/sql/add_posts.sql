-- $1 agency, $2 plans
insert into planned_posts (agency_id, post_plan_id, member_id, model_id, planned_at, notes)
select $1, post_plan_id, member_id, model_id, instant_of(planned_at), notes
from jsonb_to_recordset($2) as plan (
    post_plan_id uuid, member_id uuid, model_id uuid, planned_at bigint, notes text
)
order by planned_at
