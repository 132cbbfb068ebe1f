-- The audience of the models in scope, per day on which at least one of them was observed: the sum
-- of each model's last known level, and how many models were known by then. Levels are turned into
-- changes from one observation to the next, so that a running sum carries each of them forward.
-- What was observed before the first day is put together on the day before it.
--
--   $1 agency   $2 models, as text   $3, $4 the first and the last day, YYYY-MM-DD
--
-- Rows, oldest day first: day as YYYY-MM-DD, subscribers, followers, models known.
with
changes as (
    select
        greatest(day, ($3::text)::date - 1) as day,
        subscribers - lag(subscribers, 1, 0::bigint) over of_model as subscribers,
        followers - lag(followers, 1, 0::bigint) over of_model as followers,
        case when lag(day) over of_model is null then 1 else 0 end as newly_known
    from subscriber_history
    where agency_id = $1::uuid
        and model_id = any (($2::text[])::uuid[])
        and day <= ($4::text)::date
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
