-- $1 agency, $2 shift or null, $3 member or null, $4 at
with open as (
    select clock_ins.clock_in_id
    from clock_ins
    join shifts using (agency_id, shift_id)
    where clock_ins.agency_id = $1
        and ($2::uuid is null or clock_ins.shift_id = $2)
        and ($3::uuid is null or shifts.member_id = $3)
        and clock_ins.clocked_out_at is null
        and clock_ins.clocked_in_at <= instant_of($4)
        and shifts.starts_at > instant_of($4) - interval '48 hours'
    order by clock_ins.clocked_in_at desc
    limit 1
    for update of clock_ins
)
update clock_ins
set clocked_out_at = instant_of($4)
from open
where clock_ins.agency_id = $1 and clock_ins.clock_in_id = open.clock_in_id
returning clock_ins.shift_id
