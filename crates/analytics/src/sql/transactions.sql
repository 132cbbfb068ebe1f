-- A page of the ledger, newest first, from the index on (agency, occurred_at). The position is the
-- last row of the page before.
--
--   $1 agency   $2 model, or null for all   $3, $4 start and end in microseconds, or null
--   $5 source, or null for all   $6, $7, $8 position: microseconds, model, row key; or null
--   $9 how many
select
    micros_of(occurred_at) as occurred_at,
    model_id,
    row_key,
    source,
    gross_cents,
    net_cents,
    currency,
    order_id,
    order_status,
    reverses_order_id,
    fan_id,
    raw -> 'user' ->> 'handle' as fan_handle,
    message_id,
    post_id
from fanvue_transactions
where agency_id = $1::uuid
    and withdrawn_at is null
    and ($2::uuid is null or model_id = $2::uuid)
    -- Sub-selects, because row security keeps "coalesce" out of an index condition.
    and occurred_at >= (select coalesce(instant_of($3::bigint), timestamptz '-infinity'))
    and occurred_at < (select coalesce(instant_of($4::bigint), timestamptz 'infinity'))
    and ($5::text is null or source = $5::text)
    and occurred_at <= (select coalesce(instant_of($6::bigint), timestamptz 'infinity'))
    and (
        $6::bigint is null
        or (occurred_at, model_id, row_key) < (instant_of($6::bigint), $7::uuid, $8::text)
    )
-- The column: its name alone would mean the microseconds, in which no index is ordered.
order by fanvue_transactions.occurred_at desc, model_id desc, row_key desc
limit $9::bigint
