-- The levels of the models in scope, each model's days in order: from the last one before the first
-- day, of subscribers and of followers, through the last day. Each model is one range of the key; the
-- program carries the levels forward and adds them up (audience/levels.rs), which is several times
-- quicker than window functions over every day of every model.
--
--   $1 agency   $2 models, as text   $3, $4 the first and the last day, YYYY-MM-DD
--
-- One row per model that has any: days since the epoch, subscribers, followers (0 where derived:
-- followers are only ever observed), 1 where the level is derived.
select levels.days, levels.subscribers, levels.followers, levels.derived
from unnest(($2::text[])::uuid[]) as model (model_id)
cross join lateral (
    select
        array_agg((day - date 'epoch')::bigint) as days,
        array_agg(subscribers) as subscribers,
        array_agg(coalesce(followers, 0)) as followers,
        array_agg(derived::integer::bigint) as derived
    from (
        select day, subscribers, followers, derived
        from subscriber_history
        where agency_id = $1::uuid
            and model_id = model.model_id
            and day <= ($4::text)::date
            -- A sub-select, because row security keeps "coalesce" out of an index condition.
            and day >= (
                select coalesce(
                    (
                        select max(earlier.day)
                        from subscriber_history as earlier
                        where earlier.agency_id = $1::uuid
                            and earlier.model_id = model.model_id
                            and not earlier.derived
                            and earlier.day < ($3::text)::date
                    ),
                    (
                        select max(earlier.day)
                        from subscriber_history as earlier
                        where earlier.agency_id = $1::uuid
                            and earlier.model_id = model.model_id
                            and earlier.day < ($3::text)::date
                    ),
                    ($3::text)::date
                )
            )
        order by day
    ) as in_order
) as levels
where levels.days is not null
