-- $1 agency, $2 model, $3 lease token, $4 days as they are, $5 days as they shall be, $6 zone
with held as (
    update sync_state
    set progress = jsonb_set(progress, '{zone}', to_jsonb($6::text))
    where agency_id = $1 and model_id = $2 and stream = 'audience' and lease_token = $3
    returning agency_id
),

taken as (
    delete from subscriber_history as level
    using unnest($4::text[], $5::text[]) as move (from_day, to_day)
    where level.agency_id = $1
        and level.model_id = $2
        and level.day = move.from_day::date
        and exists (select from held)
    returning
        move.to_day::date as day, level.subscribers, level.followers, level.observed_at,
        level.derived
),

-- Sorted, so that all of them are taken before the first is put back.
chosen as (
    select distinct on (day) day, subscribers, followers, observed_at, derived
    from taken
    order by day, derived, observed_at desc
),

put_back as (
    insert into subscriber_history (
        agency_id, model_id, day, subscribers, followers, observed_at, derived
    )
    select $1, $2, day, subscribers, followers, observed_at, derived
    from chosen
)

select exists (select from held)
