-- $1 agency, $2 shift, $3 changes: members left out stay as they are, $4 now
update shifts
set member_id    = coalesce(($3::jsonb ->> 'member_id')::uuid, member_id),
    model_id     = case
        when $3::jsonb ? 'model_id' then ($3::jsonb ->> 'model_id')::uuid
        else model_id
    end,
    starts_at    = coalesce(instant_of(($3::jsonb ->> 'starts_at')::bigint), starts_at),
    ends_at      = coalesce(instant_of(($3::jsonb ->> 'ends_at')::bigint), ends_at),
    notes        = coalesce($3::jsonb ->> 'notes', notes),
    cancelled_at = case ($3::jsonb ->> 'cancelled')::boolean
        when true then coalesce(cancelled_at, instant_of($4))
        when false then null
        else cancelled_at
    end
where agency_id = $1 and shift_id = $2
returning 1::bigint
