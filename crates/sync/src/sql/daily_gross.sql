-- $1 agency, $2 model, $3 from, $4 to, $5 sources of reversals
-- Gross of sales by UTC day, through the index on the time.
select
    to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD') as day,
    sum(gross_cents)::bigint
from fanvue_transactions
where agency_id = $1
    and model_id = $2
    and withdrawn_at is null
    and occurred_at >= instant_of($3)
    and occurred_at < instant_of($4)
    and source <> all ($5::text[])
group by day
order by day
