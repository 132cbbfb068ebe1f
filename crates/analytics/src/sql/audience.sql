-- The audience of the models in scope, per day on which at least one of them was observed: the sum
-- of each model's last known level, and how many models were known by then. Levels are turned into
-- changes from one observation to the next, so that a running sum carries each of them forward.
-- What was last observed before the first day counts on the day before it.
--
--   $1 agency   $2 models, as text   $3, $4 the first and the last day, YYYY-MM-DD
--
-- Rows, oldest day first: day as YYYY-MM-DD, subscribers, followers, models known.
with
observed as (
    select model_id, day, subscribers, followers
    from subscriber_history
    where agency_id = $1::uuid
        and model_id = any (($2::text[])::uuid[])
        and day between ($3::text)::date and ($4::text)::date
    union all
    -- One look-up per model in the key, however long its history.
    select model_id, ($3::text)::date - 1, before.subscribers, before.followers
    from unnest(($2::text[])::uuid[]) as model (model_id)
    cross join lateral (
        select subscribers, followers
        from subscriber_history
        where agency_id = $1::uuid
            and model_id = model.model_id
            and day < ($3::text)::date
            and day <= ($4::text)::date
        order by day desc
        limit 1
    ) as before
),
changes as (
    select
        day,
        subscribers - lag(subscribers, 1, 0::bigint) over of_model as subscribers,
        followers - lag(followers, 1, 0::bigint) over of_model as followers,
        case when lag(day) over of_model is null then 1 else 0 end as newly_known
    from observed
    window of_model as (partition by model_id order by day)
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
