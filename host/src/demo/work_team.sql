-- $1 agency, $2 now. What the people of the demo did of what was planned: mostly in time, now and then
-- late or not at all. `luck` is 0 to 255 and follows from the plan's id.
with lucky_shift as (
    select *, get_byte(uuid_send(shift_id), 0) as luck
    from shifts
    where agency_id = $1
        and starts_at < instant_of($2)
        and cancelled_at is null
        and not exists (
            select from clock_ins
            where clock_ins.agency_id = $1 and clock_ins.shift_id = shifts.shift_id
        )
),
clocked_in as (
    select
        *,
        starts_at + case
            when luck < 30 then (luck + 12) * interval '1 minute'
            else (luck % 16 - 8) * interval '1 minute'
        end as clocked_in_at
    from lucky_shift
    where luck >= 12
),
worked as (
    insert into clock_ins (agency_id, clock_in_id, shift_id, clocked_in_at, clocked_out_at)
    select
        $1, md5('clock-in' || shift_id)::uuid, shift_id, clocked_in_at,
        case when ends_at <= instant_of($2) then ends_at end
    from clocked_in
    where clocked_in_at <= instant_of($2)
    on conflict do nothing
)
update planned_posts
set posted_at = planned_at + (get_byte(uuid_send(post_plan_id), 1) % 50 - 5) * interval '1 minute'
where agency_id = $1
    and posted_at is null
    and cancelled_at is null
    and planned_at < instant_of($2) - interval '90 minutes'
    and get_byte(uuid_send(post_plan_id), 0) >= 20
