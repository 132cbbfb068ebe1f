-- The audience of the models in scope, per day on which at least one of them has a level: the sum of
-- each model's last known level, observed or derived, how many models were known by then, and how
-- many of those levels are derived. Levels are turned into changes from one to the next, so that a
-- running sum carries each of them forward. What was last known before the first day counts on the
-- day before it. Followers are only ever observed, so they are a series of their own.
--
--   $1 agency   $2 models, as text   $3, $4 the first and the last day, YYYY-MM-DD
--
-- Rows, oldest day first: day as YYYY-MM-DD, subscribers, followers, models whose subscribers are
-- known, models whose followers are known, models whose subscribers are derived.
with
changes as (
    select greatest(level.level_day, ($3::text)::date - 1) as day, level.*
    from unnest(($2::text[])::uuid[]) as model (model_id)
    -- One range of the key per model, in its order: from the last level before the first day on.
    cross join lateral (
        select
            day as level_day,
            subscribers - lag(subscribers, 1, 0::bigint) over by_day as subscribers,
            0::bigint as followers,
            case when lag(day) over by_day is null then 1 else 0 end as newly_known,
            0 as newly_followed,
            derived::integer - lag(derived::integer, 1, 0) over by_day as derived
        from subscriber_history
        where agency_id = $1::uuid
            and model_id = model.model_id
            and day <= ($4::text)::date
            and day >= coalesce(
                (
                    select max(earlier.day)
                    from subscriber_history as earlier
                    where earlier.agency_id = $1::uuid
                        and earlier.model_id = model.model_id
                        and earlier.day < ($3::text)::date
                ),
                ($3::text)::date
            )
        window by_day as (order by day)
        union all
        select
            day,
            0,
            followers - lag(followers, 1, 0::bigint) over by_day,
            0,
            case when lag(day) over by_day is null then 1 else 0 end,
            0
        from subscriber_history
        where agency_id = $1::uuid
            and model_id = model.model_id
            and not derived
            and day <= ($4::text)::date
            and day >= coalesce(
                (
                    select max(earlier.day)
                    from subscriber_history as earlier
                    where earlier.agency_id = $1::uuid
                        and earlier.model_id = model.model_id
                        and not earlier.derived
                        and earlier.day < ($3::text)::date
                ),
                ($3::text)::date
            )
        window by_day as (order by day)
    ) as level
)
select
    to_char(changes.day, 'YYYY-MM-DD') as day,
    (sum(sum(subscribers)) over until_day)::bigint as subscribers,
    (sum(sum(followers)) over until_day)::bigint as followers,
    (sum(sum(newly_known)) over until_day)::bigint as models_known,
    (sum(sum(newly_followed)) over until_day)::bigint as models_followed,
    (sum(sum(derived)) over until_day)::bigint as models_derived
from changes
group by changes.day
window until_day as (order by changes.day)
order by changes.day
