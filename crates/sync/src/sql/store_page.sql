-- $1 agency, $2 model, $3 lease token, $4 now, $5 rows, $6 unreadable rows,
-- $7 walk from, $8 walk to, $9 next cursor (null: the walk is drained), $10 carry, $11 family,
-- $12 connection, $13 bucket, $14 capacity, $15 remaining, $16 resets at, $17 history floor
with incoming as (
    select *
    from jsonb_to_recordset($5) as row (
        row_key text, occurred_at bigint, source text, gross_cents bigint, net_cents bigint,
        total_cents bigint, currency text, order_id text, order_status text,
        reverses_order_id text, fan_id uuid, message_id uuid, post_id uuid, raw jsonb
    )
),

-- The fence: without the current token there is no row here, and nothing below is written.
held as (
    update sync_state
    set walk_from          = case when $9::text is null then null else instant_of($7) end,
        walk_to            = case when $9::text is null then null else instant_of($8) end,
        walk_cursor        = $9,
        walk_carry         = case when $9::text is null then null else $10::jsonb end,
        proven_since       = case
            when $9::text is not null then proven_since
            when proven_since <= instant_of($8) and proven_until >= instant_of($7)
                then least(proven_since, instant_of($7))
            else instant_of($7)
        end,
        proven_until       = case
            when $9::text is not null then proven_until
            when proven_since <= instant_of($8) and proven_until >= instant_of($7)
                then greatest(proven_until, instant_of($8))
            else instant_of($8)
        end,
        full_read_at       = case
            when $9::text is null and $7 = $17::bigint then instant_of($8)
            else full_read_at
        end,
        watermark          = greatest(watermark, (select instant_of(max(occurred_at)) from incoming)),
        family             = $11,
        attempts           = 0,
        retry_at           = null,
        last_error_code    = null,
        last_error_message = null
    where agency_id = $1 and model_id = $2 and stream = 'transactions' and lease_token = $3
    returning agency_id
),

written as (
    insert into fanvue_transactions as stored (
        agency_id, model_id, row_key, occurred_at, source, gross_cents, net_cents, total_cents,
        currency, order_id, order_status, reverses_order_id, fan_id, message_id, post_id, raw,
        first_seen_at, changed_at
    )
    select
        $1, $2, row_key, instant_of(occurred_at), source, gross_cents, net_cents, total_cents,
        currency, order_id, order_status, reverses_order_id, fan_id, message_id, post_id, raw,
        instant_of($4), instant_of($4)
    from incoming
    where exists (select from held)
    on conflict (agency_id, model_id, row_key) do update
        set occurred_at       = excluded.occurred_at,
            source            = excluded.source,
            gross_cents       = excluded.gross_cents,
            net_cents         = excluded.net_cents,
            total_cents       = excluded.total_cents,
            currency          = excluded.currency,
            order_status      = excluded.order_status,
            reverses_order_id = excluded.reverses_order_id,
            fan_id            = excluded.fan_id,
            message_id        = excluded.message_id,
            post_id           = excluded.post_id,
            raw               = excluded.raw,
            changed_at        = excluded.changed_at,
            withdrawn_at      = null
        -- raw holds every other member, so equal rows are not rewritten.
        where stored.raw is distinct from excluded.raw or stored.withdrawn_at is not null
    returning (xmax = 0) as inserted
),

quarantined as (
    insert into quarantine as kept (
        agency_id, model_id, endpoint, payload_hash, payload, reason, first_seen_at, last_seen_at
    )
    select distinct on (payload::text)
        $1, $2, 'insights/earnings', md5(payload::text), payload, reason, instant_of($4), instant_of($4)
    from jsonb_to_recordset($6) as row (payload jsonb, reason text)
    where exists (select from held)
    on conflict (agency_id, model_id, endpoint, payload_hash) do update
        set reason = excluded.reason, last_seen_at = excluded.last_seen_at
),

bucket as (
    insert into rate_buckets (
        agency_id, connection_id, bucket, capacity, remaining, resets_at, observed_at
    )
    select $1, $12, $13, $14, $15, instant_of($16), instant_of($4)
    where $13::text is not null and exists (select from held)
    on conflict (agency_id, connection_id, bucket) do update
        set capacity    = excluded.capacity,
            remaining   = excluded.remaining,
            resets_at   = excluded.resets_at,
            observed_at = excluded.observed_at
)

select
    exists (select from held),
    count(*) filter (where inserted),
    count(*) filter (where not inserted)
from written
