-- Stores an event once, and hints at the models it is about.
--
-- $1 event hash, $2 now, $3 family, $4 topic, $5 whether the topic is known, $6 creator or null,
-- $7 body, $8 whether the ledger may have changed
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
