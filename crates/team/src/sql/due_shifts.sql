-- $1 agency or null, $2 oldest start, $3 now
select
    shifts.agency_id,
    shifts.shift_id,
    shifts.member_id,
    micros_of(shifts.starts_at),
    micros_of(shifts.ends_at),
    micros_of((
        select min(clock_ins.clocked_in_at)
        from clock_ins
        where clock_ins.agency_id = shifts.agency_id and clock_ins.shift_id = shifts.shift_id
    )),
    shifts.cancelled_at is not null
from shifts
left join punctuality
    on punctuality.agency_id = shifts.agency_id
    and punctuality.kind = 'shift'
    and punctuality.subject_id = shifts.shift_id
where ($1::uuid is null or shifts.agency_id = $1)
    and shifts.starts_at between instant_of($2) and instant_of($3)
    and case
        -- a cancelled shift only matters when something was found of it
        when shifts.cancelled_at is not null then punctuality.state <> 'withdrawn'
        when punctuality.state is null or punctuality.state = 'missed' then true
        else punctuality.state = 'late' and punctuality.minutes_late is null
    end
order by shifts.agency_id, shifts.starts_at, shifts.shift_id
