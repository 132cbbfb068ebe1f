-- One unit of work: rows, quarantine, state, proof, withdrawals and the rate reading.
--
-- $1 agency, $2 model, $3 lease token, $4 now, $5 row keys, $6 unreadable rows, $7 progress,
-- $8 proven since, $9 proven until, $10 full read at, $11 family,
-- $12, $13 the window that was read to its end (null: none, or nothing can be missing from it),
-- $14 the keys of its rows, $15 whether reversals were among what was read,
-- $16 connection, $17 bucket, $18 capacity, $19 remaining, $20 resets at,
-- $21 whether every row's identity is settled: then the stored row of its key is the same one,
-- $22 to $36 the rows' other members, one array each, because that is quicker to read than JSON;
-- an empty text stands for null
--
-- Gives: held, inserted, changed, withdrawn; or the error TM001, where a row's identity must be
-- settled first.
--
-- Stored rows are looked up one by one (lateral, offset 0): joined plainly, a planner without
-- statistics reads the whole model for every page.
with incoming as (
    select
        row_key,
        nullif(previous_key, '') as previous_key,
        shape,
        occurred_at,
        source,
        gross_cents,
        net_cents,
        nullif(total_cents, '')::bigint as total_cents,
        nullif(currency, '') as currency,
        nullif(order_id, '') as order_id,
        nullif(order_status, '') as order_status,
        nullif(reverses_order_id, '') as reverses_order_id,
        nullif(fan_id, '')::uuid as fan_id,
        nullif(message_id, '')::uuid as message_id,
        nullif(post_id, '')::uuid as post_id,
        raw::jsonb as raw
    from unnest(
        $5::text[], $22::text[], $23::text[], $24::bigint[], $25::text[], $26::bigint[],
        $27::bigint[], $28::text[], $29::text[], $30::text[], $31::text[], $32::text[],
        $33::text[], $34::text[], $35::text[], $36::text[]
    ) as row (
        row_key, previous_key, shape, occurred_at, source, gross_cents, net_cents, total_cents,
        currency, order_id, order_status, reverses_order_id, fan_id, message_id, post_id, raw
    )
),

-- The fence: without the current token there is no row here, and nothing below is written.
held as (
    update sync_state
    set progress           = $7,
        proven_since       = instant_of($8),
        proven_until       = instant_of($9),
        full_read_at       = instant_of($10),
        family             = $11,
        -- The newest stored row; one that is dated ahead of the clock does not count yet.
        watermark          = greatest(
            watermark,
            (select instant_of(least(max(occurred_at), $4)) from incoming having count(*) > 0)
        ),
        attempts           = 0,
        retry_at           = null,
        last_error_code    = null,
        last_error_message = null
    where agency_id = $1
        and model_id = $2
        and stream = 'transactions'
        and lease_token = $3
    returning agency_id
),

-- Both values of a row whose amounts change are kept.
amended as (
    insert into ledger_amendments (agency_id, model_id, row_key, amended_at, before)
    select $1, $2, incoming.row_key, instant_of($4), stored.raw
    from incoming
    cross join lateral (
        select gross_cents, net_cents, raw
        from fanvue_transactions
        where agency_id = $1
            and model_id = $2
            and row_key = coalesce(incoming.previous_key, incoming.row_key)
        offset 0
    ) as stored
    where $21
        and (stored.gross_cents, stored.net_cents) <> (incoming.gross_cents, incoming.net_cents)
        and exists (select from held)
    on conflict do nothing
),

-- Rows that get another identity, because Fanvue has begun to send an order id.
rekeyed as (
    update fanvue_transactions as stored
    set row_key           = incoming.row_key,
        shape             = incoming.shape,
        gross_cents       = incoming.gross_cents,
        net_cents         = incoming.net_cents,
        total_cents       = incoming.total_cents,
        currency          = incoming.currency,
        order_id          = incoming.order_id,
        order_status      = incoming.order_status,
        reverses_order_id = incoming.reverses_order_id,
        fan_id            = coalesce(incoming.fan_id, stored.fan_id),
        message_id        = coalesce(incoming.message_id, stored.message_id),
        post_id           = coalesce(incoming.post_id, stored.post_id),
        raw               = incoming.raw,
        changed_at        = instant_of($4),
        withdrawn_at      = null
    from incoming
    cross join lateral (
        select ctid
        from fanvue_transactions
        where agency_id = $1 and model_id = $2 and row_key = incoming.previous_key
        offset 0
    ) as found
    where incoming.previous_key is not null
        and stored.ctid = found.ctid
        and exists (select from held)
    returning stored.row_key
),

written as (
    insert into fanvue_transactions as stored (
        agency_id, model_id, row_key, shape, occurred_at, source, gross_cents, net_cents,
        total_cents, currency, order_id, order_status, reverses_order_id, fan_id, message_id,
        post_id, raw, first_seen_at, changed_at
    )
    select
        $1, $2, row_key, shape, instant_of(occurred_at), source, gross_cents, net_cents,
        total_cents, currency, order_id, order_status, reverses_order_id, fan_id, message_id,
        post_id, raw, instant_of($4), instant_of($4)
    from incoming
    where previous_key is null and exists (select from held)
    on conflict (agency_id, model_id, row_key) do update
        -- A member that this shape leaves out never erases a known value.
        set shape             = excluded.shape,
            occurred_at       = excluded.occurred_at,
            source            = excluded.source,
            -- A key alone does not say that both are the same row where times or amounts differ.
            gross_cents       = case
                when $21::boolean
                    or (
                        stored.occurred_at = excluded.occurred_at
                        and stored.gross_cents = excluded.gross_cents
                        and stored.net_cents = excluded.net_cents
                        and coalesce(stored.fan_id = excluded.fan_id, true)
                        and coalesce(stored.message_id = excluded.message_id, true)
                        and coalesce(stored.post_id = excluded.post_id, true)
                    )
                    then excluded.gross_cents
                else refuse_contested_row(stored.row_key)
            end,
            net_cents         = excluded.net_cents,
            total_cents       = coalesce(excluded.total_cents, stored.total_cents),
            currency          = coalesce(excluded.currency, stored.currency),
            order_id          = coalesce(excluded.order_id, stored.order_id),
            order_status      = coalesce(excluded.order_status, stored.order_status),
            reverses_order_id = coalesce(excluded.reverses_order_id, stored.reverses_order_id),
            fan_id            = coalesce(excluded.fan_id, stored.fan_id),
            message_id        = coalesce(excluded.message_id, stored.message_id),
            post_id           = coalesce(excluded.post_id, stored.post_id),
            raw               = excluded.raw,
            changed_at        = excluded.changed_at,
            withdrawn_at      = null
        -- raw holds every other member, so equal rows are not rewritten. What figures are made of is
        -- compared all the same: it may have been read wrongly once, or changed by another hand.
        where stored.raw is distinct from excluded.raw
            or stored.withdrawn_at is not null
            or stored.shape <> excluded.shape
            or stored.gross_cents <> excluded.gross_cents
            or stored.net_cents <> excluded.net_cents
            or stored.source <> excluded.source
            or stored.occurred_at <> excluded.occurred_at
    returning (xmax = 0) as inserted
),

-- What Fanvue no longer returns in a window that was read to its end. An answer that suddenly lacks
-- nearly everything is more likely a fault than the truth, so more can never go than was there.
missing as (
    select ctid
    from fanvue_transactions
    where agency_id = $1
        -- Not to be looked up by: the window is found through the index on the time.
        and model_id is not distinct from $2::uuid
        and occurred_at >= instant_of($12)
        and occurred_at < instant_of($13)
        and withdrawn_at is null
        and row_key <> all ($14::text[])
        and ($15 or source not in ('refund', 'chargeback'))
        and row_key not in (select previous_key from incoming where previous_key is not null)
),

withdrawn as (
    update fanvue_transactions as stored
    set withdrawn_at = instant_of($4), changed_at = instant_of($4)
    from missing
    where stored.ctid = missing.ctid
        and (select count(*) from missing) <= greatest(20, cardinality($14::text[]))
        and exists (select from held)
    returning 1
),

quarantined as (
    insert into quarantine as kept (
        agency_id, model_id, endpoint, payload_hash, payload, reason, order_id, first_seen_at,
        last_seen_at
    )
    select distinct on (payload::text)
        $1, $2, 'insights/earnings', md5(payload::text), payload, reason, order_id,
        instant_of($4), instant_of($4)
    from jsonb_to_recordset($6) as row (payload jsonb, reason text, order_id text)
    where exists (select from held)
    on conflict (agency_id, model_id, endpoint, payload_hash) do update
        set reason = excluded.reason, last_seen_at = excluded.last_seen_at, resolved_at = null
),

-- A row that was unreadable once and has now been read.
resolved as (
    update quarantine
    set resolved_at = instant_of($4)
    where agency_id = $1
        and model_id = $2
        and resolved_at is null
        and order_id in (select order_id from incoming)
        and exists (select from held)
),

bucket as (
    select note_rate_reading($1, $16, $17, $18, $19, $20, $4)
    where $17::text is not null and exists (select from held)
)

select
    exists (select from held),
    count(*) filter (where inserted),
    count(*) filter (where not inserted) + (select count(*) from rekeyed),
    (select count(*) from withdrawn),
    -- Only what is asked for is run.
    (select count(*) from bucket)
from written
