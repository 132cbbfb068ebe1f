-- $1 agency, $2 one shift or null, $3 from, $4 before, $5 member or null, $6 model or null,
-- $7 the start and $8 the id of the last one of the page before, $9 at most
select
    jsonb_build_object(
        'shiftId', shifts.shift_id,
        'memberId', shifts.member_id,
        'memberName', team_members.display_name,
        'modelId', shifts.model_id,
        'modelHandle', models.handle,
        'startsAt', json_time(shifts.starts_at),
        'endsAt', json_time(shifts.ends_at),
        'notes', shifts.notes,
        'cancelledAt', json_time(shifts.cancelled_at),
        'state', coalesce(punctuality.state, 'scheduled'),
        'minutesLate', punctuality.minutes_late,
        'clockIns', coalesce((
            select jsonb_agg(jsonb_build_object(
                'clockedInAt', json_time(clock_ins.clocked_in_at),
                'clockedOutAt', json_time(clock_ins.clocked_out_at)
            ) order by clock_ins.clocked_in_at)
            from clock_ins
            where clock_ins.agency_id = shifts.agency_id and clock_ins.shift_id = shifts.shift_id
        ), '[]')
    ),
    micros_of(shifts.starts_at),
    shifts.shift_id
from shifts
join team_members
    on team_members.agency_id = shifts.agency_id
    and team_members.member_id = shifts.member_id
left join models
    on models.agency_id = shifts.agency_id
    and models.model_id = shifts.model_id
left join punctuality
    on punctuality.agency_id = shifts.agency_id
    and punctuality.kind = 'shift'
    and punctuality.subject_id = shifts.shift_id
where shifts.agency_id = $1
    and ($2::uuid is null or shifts.shift_id = $2)
    and shifts.starts_at >= instant_of($3)
    and shifts.starts_at < instant_of($4)
    and ($5::uuid is null or shifts.member_id = $5)
    and ($6::uuid is null or shifts.model_id = $6)
    and ($8::uuid is null or (shifts.starts_at, shifts.shift_id) > (instant_of($7), $8))
order by shifts.starts_at, shifts.shift_id
limit $9
