-- $1 agency or null, $2 planned at most then, $3 planned at least then, $4 microseconds after its time
-- in which a post confirms a plan, $5 those before it
select
    models.agency_id,
    models.model_id,
    models.connection_id,
    models.own_account,
    connections.state = 'active',
    jsonb_agg(
        jsonb_build_object('postPlanId', open.post_plan_id, 'plannedAt', micros_of(open.planned_at))
        order by open.planned_at
    ),
    coalesce((
        select jsonb_agg(used.fanvue_post_id)
        from planned_posts as used
        where used.agency_id = models.agency_id
            and used.model_id = models.model_id
            and used.fanvue_post_id is not null
            and used.planned_at >= min(open.planned_at) - ($4::bigint + $5::bigint) * interval '1 microsecond'
    ), '[]')
from planned_posts as open
join models using (agency_id, model_id)
join connections using (agency_id, connection_id)
where ($1::uuid is null or open.agency_id = $1)
    and open.cancelled_at is null
    and open.fanvue_post_id is null
    and open.planned_at <= instant_of($2)
    and open.planned_at >= instant_of($3)
    and (
        open.feed_read_at is null
        or open.feed_read_at <= open.planned_at + $4::bigint * interval '1 microsecond'
    )
group by models.agency_id, models.model_id, connections.state
order by models.agency_id, models.model_id
