-- $1 agency or null, $2 now, $3 at most
select
    shifts.agency_id,
    shifts.shift_id,
    shifts.revision,
    shifts.member_id,
    team_members.display_name,
    models.handle,
    agencies.timezone,
    events_of_subject(shifts.agency_id, shifts.shift_id),
    micros_of(shifts.cancelled_at),
    micros_of(shifts.starts_at),
    micros_of((
        select min(clock_ins.clocked_in_at)
        from clock_ins
        where clock_ins.agency_id = shifts.agency_id and clock_ins.shift_id = shifts.shift_id
    )),
    micros_of(shifts.ends_at)
from shifts
join agencies on agencies.agency_id = shifts.agency_id
join team_members
    on team_members.agency_id = shifts.agency_id
    and team_members.member_id = shifts.member_id
left join models
    on models.agency_id = shifts.agency_id
    and models.model_id = shifts.model_id
where ($1::uuid is null or shifts.agency_id = $1) and shifts.check_at <= instant_of($2)
order by shifts.agency_id, shifts.check_at, shifts.shift_id
limit $3
