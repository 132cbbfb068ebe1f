-- Rows of one model, spread evenly over the days before now; the fans are the agency's, so that some
-- buy from several models, and few buy most.
--
--   $1 agency   $2 model   $3 rows   $4 days   $5 fans of the agency   $6 now in microseconds
insert into fanvue_transactions (
    agency_id, model_id, row_key, shape, occurred_at, source, gross_cents, net_cents, total_cents, currency,
    order_id, order_status, fan_id, raw, first_seen_at, changed_at
)
select
    $1::uuid,
    $2::uuid,
    'order:' || gen_random_uuid(),
    'v1',
    instant_of($6::bigint) - random() * $4::bigint * interval '1 day',
    source,
    case when source = 'refund' then -gross else gross end,
    case when source = 'refund' then -gross * 4 / 5 else gross * 4 / 5 end,
    gross,
    'USD',
    gen_random_uuid()::text,
    'SETTLED',
    md5($1::uuid::text || floor(power(random(), 2) * $5::bigint))::uuid,
    '{"user": {"handle": "fan", "displayName": "A fan"}}',
    now(),
    now()
from (
    select
        (array[
            'message', 'message', 'message', 'message', 'subscription', 'subscription', 'renewal',
            'renewal', 'tip', 'tip', 'post', 'post', 'mediaLink', 'referral', 'refund', 'message'
        ])[1 + floor(random() * 16)::integer] as source,
        (100 + random() * 4900)::bigint as gross
    from generate_series(1, $3::bigint)
) as drawn
