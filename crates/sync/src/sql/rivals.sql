-- $1 agency, $2 model, $3 order ids, $4 instants in microseconds
--
-- Rows of an order are found through their keys, which begin with it; rows of an instant through
-- the index on the time.
select
    row_key, order_id, source, shape, micros_of(occurred_at), gross_cents, net_cents, message_id,
    post_id, fan_id, withdrawn_at is not null
from fanvue_transactions
where agency_id = $1 and model_id = $2 and row_key in (
    select line.row_key
    from unnest($3::text[]) as wanted (order_id)
    join fanvue_transactions as line
        on line.agency_id = $1
        and line.model_id = $2
        and line.row_key >= 'order:' || wanted.order_id || ':'
        and line.row_key < 'order:' || wanted.order_id || ';'
    union
    select beside.row_key
    from unnest($4::bigint[]) as wanted (micros)
    join fanvue_transactions as beside
        on beside.agency_id = $1
        and beside.model_id = $2
        and beside.occurred_at = instant_of(wanted.micros)
        and beside.withdrawn_at is null
)
order by row_key
