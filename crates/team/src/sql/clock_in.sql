-- $1 agency, $2 shift or null, $3 member or null, $4 at, $5 how many microseconds before the start.
-- A shift that is on, or about to begin; of two, the one that nobody has clocked in to.
with open as (
    select shifts.shift_id
    from shifts
    where shifts.agency_id = $1
        and ($2::uuid is null or shifts.shift_id = $2)
        and ($3::uuid is null or shifts.member_id = $3)
        and shifts.cancelled_at is null
        and shifts.starts_at > instant_of($4) - interval '24 hours'
        and shifts.starts_at <= instant_of($4) + $5::bigint * interval '1 microsecond'
        and shifts.ends_at > instant_of($4)
        and not exists (
            select from clock_ins
            where clock_ins.agency_id = $1
                and clock_ins.shift_id = shifts.shift_id
                and (
                    clock_ins.clocked_out_at is null
                    or clock_ins.clocked_out_at > instant_of($4)
                )
        )
    order by shifts.starts_at
    limit 1
    for update of shifts
)
insert into clock_ins (agency_id, clock_in_id, shift_id, clocked_in_at)
select $1, gen_random_uuid(), shift_id, instant_of($4) from open
returning shift_id
