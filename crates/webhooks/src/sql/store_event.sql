-- Stores an event once, and hints at the models it is about.
--
-- $1 event hash, $2 now, $3 family, $4 topic, $5 whether the topic is known, $6 creator or null,
-- $7 body, $8 whether the ledger may have changed, $9 order that is taken back, or null
--
-- Gives: whether the event is new and a model should be looked at.
with stored as (
    insert into webhook_events (event_hash, received_at, family, topic, known, creator_id, body)
    values ($1, instant_of($2), $3, $4, $5, $6, $7)
    on conflict (event_hash) do nothing
    returning creator_id
),

-- A creator may be a model of several agencies.
named as (
    select models.agency_id, models.model_id
    from stored
    join models on models.model_id = stored.creator_id
    where $8 and models.active

    union all

    -- A refund of the creator's family names its order alone. The rows of an order are found by the
    -- beginning of their keys: one look into the primary key for each model, and few events do.
    select models.agency_id, models.model_id
    from stored
    cross join models
    cross join lateral (
        select
        from fanvue_transactions as sale
        where sale.agency_id = models.agency_id
            and sale.model_id = models.model_id
            and sale.row_key >= 'order:' || $9::text || ':'
            and sale.row_key < 'order:' || $9::text || ';'
        limit 1
    ) as sold
    where $8 and models.active and $9::text is not null
),

-- A hint that waits already is not touched: the events of a burst do not wait for each other. It was
-- seen to wait after this event had happened, so the walk that takes it up reads this event's row.
hinted as (
    insert into sync_hints as hint (agency_id, model_id, pending, hinted_at)
    select agency_id, model_id, true, instant_of($2)
    from named
    where not exists (
        select
        from sync_hints as waiting
        where waiting.agency_id = named.agency_id
            and waiting.model_id = named.model_id
            and waiting.pending
    )
    on conflict (agency_id, model_id) do update
        set pending = true, hinted_at = excluded.hinted_at
)

select exists (select from named)
