-- $1 agency, $2 members, $3 now
insert into team_members (
    agency_id, member_id, display_name, role, timezone, fanvue_member_id, active, created_at
)
select
    $1, member_id, display_name, coalesce(role, ''), timezone, fanvue_member_id,
    coalesce(active, true), instant_of($3)
from jsonb_to_recordset($2) as member (
    member_id uuid, display_name text, role text, timezone text, fanvue_member_id uuid,
    active boolean
)
