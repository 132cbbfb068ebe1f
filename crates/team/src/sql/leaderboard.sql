-- $1 agency, $2 from, $3 before, $4 from when on the period before, $5 events from then on
with points as (
    select
        member_id,
        coalesce(sum(points), 0)::bigint as total,
        coalesce(sum(points) filter (
            where occurred_at >= instant_of($2) and occurred_at < instant_of($3)
        ), 0)::bigint as period,
        coalesce(sum(points) filter (
            where occurred_at >= instant_of($4) and occurred_at < instant_of($2)
        ), 0)::bigint as before,
        coalesce(sum(points) filter (
            where kind like 'shift%' and occurred_at >= instant_of($2) and occurred_at < instant_of($3)
        ), 0)::bigint as shifts,
        coalesce(sum(points) filter (
            where kind like 'post%' and occurred_at >= instant_of($2) and occurred_at < instant_of($3)
        ), 0)::bigint as posts,
        coalesce(sum(points) filter (
            where kind like 'sale%' and occurred_at >= instant_of($2) and occurred_at < instant_of($3)
        ), 0)::bigint as sales
    from points_ledger
    where agency_id = $1
    group by member_id
),
standing as (
    select member_id, kind, planned_at
    from team_events
    where agency_id = $1 and planned_at >= instant_of($5)
        and kind in ('shift_on_time', 'shift_missed', 'post_on_time')
    -- One entry and none that takes it back.
    group by member_id, kind, planned_at, subject_id, occurrence
    having not bool_or(withdrawal)
),
events as (
    select
        member_id,
        coalesce(jsonb_agg(micros_of(planned_at)) filter (where kind = 'shift_on_time'), '[]') as on_time,
        coalesce(jsonb_agg(micros_of(planned_at)) filter (where kind = 'shift_missed'), '[]') as missed,
        count(*) filter (where kind = 'post_on_time') as posts_on_time
    from standing
    group by member_id
)
select
    member.member_id,
    member.display_name,
    coalesce(points.total, 0),
    coalesce(points.period, 0),
    coalesce(points.before, 0),
    coalesce(points.shifts, 0),
    coalesce(points.posts, 0),
    coalesce(points.sales, 0),
    coalesce(events.on_time, '[]'),
    coalesce(events.missed, '[]'),
    coalesce(events.posts_on_time, 0)
from team_members as member
left join points on points.member_id = member.member_id
left join events on events.member_id = member.member_id
where member.agency_id = $1 and (member.active or points.period <> 0)
order by 4 desc, lower(member.display_name), member.member_id
limit 5000
