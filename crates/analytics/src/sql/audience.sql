-- The audience of the models in scope, per day on which at least one of them was observed: the sum
-- of each model's last known level, and how many models were known by then. Levels are turned into
-- changes from one observation to the next, so that a running sum carries each of them forward.
-- What was last observed before the first day counts on the day before it.
--
--   $1 agency   $2 models, as text   $3, $4 the first and the last day, YYYY-MM-DD
--
-- Rows, oldest day first: day as YYYY-MM-DD, subscribers, followers, models known.
with
changes as (
    select
        greatest(level.day, ($3::text)::date - 1) as day,
        level.subscribers,
        level.followers,
        level.newly_known
    from unnest(($2::text[])::uuid[]) as model (model_id)
    -- One range of the key per model, in its order: from the last level before the first day on.
    cross join lateral (
        select
            day,
            subscribers - lag(subscribers, 1, 0::bigint) over by_day as subscribers,
            followers - lag(followers, 1, 0::bigint) over by_day as followers,
            case when lag(day) over by_day is null then 1 else 0 end as newly_known
        from subscriber_history
        where agency_id = $1::uuid
            and model_id = model.model_id
            and day <= ($4::text)::date
            -- A sub-select, because row security keeps "coalesce" out of an index condition.
            and day >= (
                select coalesce(max(earlier.day), ($3::text)::date)
                from subscriber_history as earlier
                where earlier.agency_id = $1::uuid
                    and earlier.model_id = model.model_id
                    and earlier.day < ($3::text)::date
            )
        window by_day as (order by day)
    ) as level
)
select
    to_char(changes.day, 'YYYY-MM-DD') as day,
    (sum(sum(subscribers)) over until_day)::bigint as subscribers,
    (sum(sum(followers)) over until_day)::bigint as followers,
    (sum(sum(newly_known)) over until_day)::bigint as models_known
from changes
group by changes.day
window until_day as (order by changes.day)
order by changes.day
