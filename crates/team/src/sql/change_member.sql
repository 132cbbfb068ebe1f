-- $1 agency, $2 member, $3 changes: members left out stay as they are
update team_members
set display_name     = coalesce($3::jsonb ->> 'display_name', display_name),
    role             = coalesce($3::jsonb ->> 'role', role),
    timezone         = case when $3::jsonb ? 'timezone' then $3::jsonb ->> 'timezone' else timezone end,
    fanvue_member_id = case
        when $3::jsonb ? 'fanvue_member_id' then ($3::jsonb ->> 'fanvue_member_id')::uuid
        else fanvue_member_id
    end,
    active           = coalesce(($3::jsonb ->> 'active')::boolean, active)
where agency_id = $1 and member_id = $2
returning 1::bigint
