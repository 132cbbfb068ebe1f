-- $1 agency, $2 model, $3 lease token, $4 observed at, $5 subscribers, $6 followers,
-- $7 unread messages or null, $8 connection, $9 bucket, $10 capacity, $11 remaining, $12 resets at,
-- $13 local day of the agency

-- The fence: without the current token there is no row here, and nothing below is written.
with held as (
    update sync_state
    set proven_since       = coalesce(proven_since, instant_of($4)),
        proven_until       = greatest(proven_until, instant_of($4)),
        watermark          = greatest(watermark, instant_of($4)),
        attempts           = 0,
        retry_at           = null,
        last_error_code    = null,
        last_error_message = null
    where agency_id = $1 and model_id = $2 and stream = 'audience' and lease_token = $3
    returning agency_id
),

present as (
    update models
    set subscribers     = $5,
        followers       = $6,
        unread_messages = coalesce($7, unread_messages)
    where agency_id = $1 and model_id = $2 and exists (select from held)
),

level as (
    insert into subscriber_history as kept (
        agency_id, model_id, day, subscribers, followers, observed_at
    )
    select $1, $2, $13::text::date, $5, $6, instant_of($4)
    where exists (select from held)
    on conflict (agency_id, model_id, day) do update
        set subscribers = excluded.subscribers,
            followers   = excluded.followers,
            observed_at = excluded.observed_at
        where kept.observed_at <= excluded.observed_at
),

bucket as (
    insert into rate_buckets (
        agency_id, connection_id, bucket, capacity, remaining, resets_at, observed_at
    )
    select $1, $8, $9, $10, $11, instant_of($12), instant_of($4)
    where $9::text is not null and exists (select from held)
    on conflict (agency_id, connection_id, bucket) do update
        set capacity    = excluded.capacity,
            remaining   = excluded.remaining,
            resets_at   = excluded.resets_at,
            observed_at = excluded.observed_at
)

select exists (select from held)
