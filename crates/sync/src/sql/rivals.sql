-- $1 agency, $2 model, $3 order ids, $4 instants in microseconds
--
-- Rows of an order are found through their keys, which begin with it; rows of an instant through
-- the index on the time. One by one, whatever the planner thinks it knows.
with found as (
    select line.*
    from unnest($3::text[]) as wanted (order_id)
    cross join lateral (
        select *
        from fanvue_transactions
        where agency_id = $1
            and model_id = $2
            and row_key >= 'order:' || wanted.order_id || ':'
            and row_key < 'order:' || wanted.order_id || ';'
        offset 0
    ) as line
    union all
    select beside.*
    from unnest($4::bigint[]) as wanted (micros)
    cross join lateral (
        select *
        from fanvue_transactions
        where agency_id = $1
            and model_id is not distinct from $2::uuid
            and occurred_at = instant_of(wanted.micros)
            and withdrawn_at is null
        offset 0
    ) as beside
)

select distinct on (row_key)
    row_key, order_id, source, shape, micros_of(occurred_at), gross_cents, net_cents, message_id,
    post_id, fan_id, withdrawn_at is not null
from found
order by row_key
