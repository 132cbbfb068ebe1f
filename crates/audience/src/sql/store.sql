-- One unit of work: whatever a visit found, the model's progress, and the rate reading.
--
-- $1 agency, $2 model, $3 lease token, $4 now, $5 progress,
-- $6 subscribers, $7 followers, $8 counted at, $9 local day of the agency (all null: not counted),
-- $10 unread messages, $11 counted at, $12 posts, $13 counted at,
-- $14 UTC days with events, $15 starts, $16 ends, $17 when today's were read or null,
-- $18 local days with a derived level, $19 subscribers, $20 the instants they are the levels of,
-- $21, $22 what is wrong or null, $23 connection, $24 bucket, $25 capacity, $26 remaining,
-- $27 resets at, $28 whether anything was read
--
-- A count that is null here leaves the old one and its age.

-- The fence: without the current token there is no row here, and nothing below is written. So what is
-- written later was also seen later, whatever the hosts' clocks say.
with held as (
    update sync_state
    set progress           = $5,
        proven_since       = coalesce(proven_since, instant_of($8)),
        -- Not the greatest: a clock that was ahead once must not prove what nobody has seen.
        proven_until       = coalesce(instant_of($8), proven_until),
        watermark          = coalesce(instant_of($8), watermark),
        -- A grant that fails for good waits longer each time.
        attempts           = case when $28::boolean then 0 else attempts end,
        retry_at           = case when $28::boolean then null else retry_at end,
        last_error_code    = $21,
        last_error_message = $22
    where agency_id = $1 and model_id = $2 and stream = 'audience' and lease_token = $3
    returning agency_id
),

present as (
    update models
    set subscribers             = coalesce($6, subscribers),
        subscribers_observed_at = coalesce(instant_of($8), subscribers_observed_at),
        followers               = coalesce($7, followers),
        followers_observed_at   = coalesce(instant_of($8), followers_observed_at),
        unread_messages         = coalesce($10, unread_messages),
        unread_observed_at      = coalesce(instant_of($11), unread_observed_at),
        posts                   = coalesce($12, posts),
        posts_observed_at       = coalesce(instant_of($13), posts_observed_at),
        flows_observed_at       = coalesce(instant_of($17), flows_observed_at)
    where agency_id = $1 and model_id = $2 and exists (select from held)
),

-- What was seen takes the place of what was derived.
observed as (
    insert into subscriber_history (
        agency_id, model_id, day, subscribers, followers, observed_at, derived
    )
    select $1, $2, ($9::text)::date, $6, $7, instant_of($8), false
    where $9::text is not null and exists (select from held)
    on conflict (agency_id, model_id, day) do update
        set subscribers = excluded.subscribers,
            followers   = excluded.followers,
            observed_at = excluded.observed_at,
            derived     = false
),

-- What was derived takes the place of nothing.
derived as (
    insert into subscriber_history (
        agency_id, model_id, day, subscribers, followers, observed_at, derived
    )
    select $1, $2, level.day::date, level.subscribers, null, instant_of(level.at), true
    from unnest($18::text[], $19::bigint[], $20::bigint[]) as level (day, subscribers, at)
    where level.day::date is distinct from ($9::text)::date and exists (select from held)
    on conflict do nothing
),

flows as (
    insert into subscriber_flows as kept (
        agency_id, model_id, day, started, ended, observed_at
    )
    select $1, $2, flow.day::date, flow.started, flow.ended, instant_of($4)
    from unnest($14::text[], $15::bigint[], $16::bigint[]) as flow (day, started, ended)
    where exists (select from held)
    on conflict (agency_id, model_id, day) do update
        set started     = excluded.started,
            ended       = excluded.ended,
            observed_at = excluded.observed_at
        where (kept.started, kept.ended) <> (excluded.started, excluded.ended)
),

bucket as (
    select note_rate_reading($1, $23, $24, $25, $26, $27, $4)
    where $24::text is not null and exists (select from held)
)

-- Only what is asked for is run.
select exists (select from held), (select count(*) from bucket)
