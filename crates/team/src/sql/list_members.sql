-- $1 agency, $2 one member or null
select jsonb_build_object(
    'memberId', member_id,
    'displayName', display_name,
    'role', role,
    'timezone', timezone,
    'fanvueMemberId', fanvue_member_id,
    'active', active,
    'createdAt', json_time(created_at)
)
from team_members
where agency_id = $1 and ($2::uuid is null or member_id = $2)
order by lower(display_name), member_id
limit 5000
