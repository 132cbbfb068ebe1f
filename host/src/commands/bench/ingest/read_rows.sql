-- $1 not this model, $2 after this key, $3 rows
select
    row_key, shape, micros_of(occurred_at) as occurred_at, source, gross_cents, net_cents,
    total_cents, currency, order_id, order_status, reverses_order_id, fan_id::text as fan_id,
    message_id::text as message_id, post_id::text as post_id, raw::text as raw
from fanvue_transactions
where (agency_id, model_id) = (select agency_id, model_id from models where model_id <> $1)
    and row_key > $2
order by row_key
limit $3
