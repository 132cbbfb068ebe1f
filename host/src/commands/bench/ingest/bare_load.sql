-- $1 model, then one array per column
insert into fanvue_transactions (
    agency_id, model_id, row_key, shape, occurred_at, source, gross_cents, net_cents, total_cents,
    currency, order_id, order_status, reverses_order_id, fan_id, message_id, post_id, raw,
    first_seen_at, changed_at
)
select
    (select agency_id from models where model_id = $1), $1, row_key, shape, instant_of(occurred_at),
    source, gross_cents, net_cents, total_cents, currency, order_id, order_status,
    reverses_order_id, fan_id::uuid, message_id::uuid, post_id::uuid, raw::jsonb, now(), now()
from unnest(
    $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
    $16::text[]
) as row (
    row_key, shape, occurred_at, source, gross_cents, net_cents, total_cents, currency, order_id,
    order_status, reverses_order_id, fan_id, message_id, post_id, raw
)
on conflict (agency_id, model_id, row_key) do nothing
