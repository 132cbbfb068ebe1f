-- $1 agency, $2 planned from, $3 planned before, $4 at most: shifts and posts, for a preview
select *
from (
    select
        'shift' as kind,
        shifts.member_id,
        micros_of(shifts.starts_at) as planned_at,
        micros_of(shifts.ends_at) as ends_at,
        micros_of((
            select min(clock_ins.clocked_in_at)
            from clock_ins
            where clock_ins.agency_id = shifts.agency_id and clock_ins.shift_id = shifts.shift_id
        )) as done_at,
        micros_of(shifts.cancelled_at) as cancelled_at
    from shifts
    where shifts.agency_id = $1
        and shifts.starts_at >= instant_of($2)
        and shifts.starts_at < instant_of($3)
    union all
    select
        'post', member_id, micros_of(planned_at), null, micros_of(posted_at), micros_of(cancelled_at)
    from planned_posts
    where agency_id = $1 and planned_at >= instant_of($2) and planned_at < instant_of($3)
) as fact
order by planned_at desc
limit $4
