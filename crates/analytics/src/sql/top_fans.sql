-- The fans who spent most in a window, by gross after reversals; each once, whatever models they
-- bought from. The covering index on (agency, occurred_at) answers it; handles come from the newest
-- row of the listed fans only.
--
--   $1 agency   $2 model, or null for all   $3, $4 start and end in microseconds   $5 how many
with
spent as (
    select
        fan_id,
        sum(gross_cents)::bigint as gross,
        sum(net_cents)::bigint as net,
        count(*) filter (where gross_cents > 0 and not is_reversal(source)) as purchases,
        max(occurred_at) filter (where gross_cents > 0 and not is_reversal(source)) as last_purchase,
        string_agg(distinct model_id::text, ',') as models
    from fanvue_transactions
    where agency_id = $1::uuid
        and withdrawn_at is null
        and ($2::uuid is null or model_id = $2::uuid)
        and occurred_at >= instant_of($3::bigint)
        and occurred_at < instant_of($4::bigint)
        and fan_id is not null
    group by fan_id
    having count(*) filter (where gross_cents > 0 and not is_reversal(source)) > 0
    order by gross desc, fan_id
    limit $5::bigint
)
select
    spent.fan_id,
    newest.handle,
    spent.gross,
    spent.net,
    spent.purchases,
    micros_of(spent.last_purchase) as last_purchase,
    spent.models
from spent
left join lateral (
    select raw -> 'user' ->> 'handle' as handle
    from fanvue_transactions
    where agency_id = $1::uuid and fan_id = spent.fan_id and withdrawn_at is null
    order by occurred_at desc, model_id, row_key
    limit 1
) as newest on true
order by spent.gross desc, spent.fan_id
