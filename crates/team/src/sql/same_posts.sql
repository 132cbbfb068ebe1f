-- $1 agency, $2 plans to be: which lines are there already
select distinct line.line
from jsonb_to_recordset($2) as line (line bigint, member_id uuid, model_id uuid, planned_at bigint)
join planned_posts as plan
    on plan.agency_id = $1
    and plan.model_id = line.model_id
    and plan.member_id = line.member_id
    and plan.planned_at = instant_of(line.planned_at)
    and plan.cancelled_at is null
order by line.line
