-- Everything about money that an answer is made of. Segments are pieces of the time line
-- (disjoint, in order); windows are the shown one and, if there is one, the comparison, which ends
-- no later. All bounds are microseconds since the epoch, half-open.
--
--   $1 agency   $2 model, or null for all
--   $3 sources of reversals   $4 sources of messages   $5 sources of posts
--   $6, $7 starts and ends of the segments   $8, $9 starts and ends of the windows
--   $10, $11 where to look for the next row; null for nowhere
--
-- A range of the ledger is read in a lateral query of its own (offset 0 keeps it one), so that it is a
-- range of the covering index.
--
-- Four kinds of rows; slot counts segments or windows from 1:
--   sums      slot = segment, source; rows, paid sales, gross, net, gross of paid sales
--   payers    slot = window; distinct fans who paid: for anything, for messages, for posts
--   lifetime  slot = window; fans who paid before its end, those who did so first inside it,
--             gross of all known fans before its end
--   next      the earliest row where it was looked for, in microseconds, or null
with
ledger as not materialized (
    select
        occurred_at,
        source,
        fan_id,
        gross_cents,
        net_cents,
        gross_cents > 0 and source <> all ($3::text[]) as paid
    from fanvue_transactions
    where agency_id = $1::uuid
        and withdrawn_at is null
        and ($2::uuid is null or model_id = $2::uuid)
),
-- Row security lets a condition be looked up in an index only where it is made of plain columns and
-- operators that tell nothing: so bounds are computed first.
windows as materialized (
    select slot, instant_of(starts_at) as starts_at, instant_of(ends_at) as ends_at
    from unnest($8::bigint[], $9::bigint[]) with ordinality as bounds (starts_at, ends_at, slot)
),
sums as (
    select
        segment.slot,
        ledger.source,
        count(*) as row_count,
        count(*) filter (where ledger.paid) as paid_count,
        sum(ledger.gross_cents)::bigint as gross,
        sum(ledger.net_cents)::bigint as net,
        coalesce(sum(ledger.gross_cents) filter (where ledger.paid), 0)::bigint as paid_gross
    from (
        select slot, instant_of(starts_at) as starts_at, instant_of(ends_at) as ends_at
        from unnest($6::bigint[], $7::bigint[]) with ordinality as bounds (starts_at, ends_at, slot)
        offset 0
    ) as segment
    cross join lateral (
        select *
        from ledger
        where occurred_at >= segment.starts_at and occurred_at < segment.ends_at
        offset 0
    ) as ledger
    group by segment.slot, ledger.source
),
window_payers as (
    select
        windows.slot,
        ledger.fan_id,
        bool_or(ledger.source = any ($4::text[])) as bought_message,
        bool_or(ledger.source = any ($5::text[])) as bought_post
    from windows
    cross join lateral (
        select *
        from ledger
        where occurred_at >= windows.starts_at and occurred_at < windows.ends_at
        offset 0
    ) as ledger
    where ledger.paid and ledger.fan_id is not null
    group by windows.slot, ledger.fan_id
),
payers as (
    select
        slot,
        count(*) as payers,
        count(*) filter (where bought_message) as message_payers,
        count(*) filter (where bought_post) as post_payers
    from window_payers
    group by slot
),
first_sales as (
    select fan_id, min(occurred_at) as first_paid_at
    from ledger
    where paid and fan_id is not null and occurred_at < instant_of(($9::bigint[])[1])
    group by fan_id
),
lifetime as (
    select
        windows.slot,
        count(first_sales.fan_id) as payers,
        count(first_sales.fan_id) filter (
            where first_sales.first_paid_at >= windows.starts_at
        ) as new_fans
    from windows
    left join first_sales on first_sales.first_paid_at < windows.ends_at
    group by windows.slot
),
spent as (
    select
        coalesce(sum(gross_cents), 0)::bigint as before_window_end,
        coalesce(
            sum(gross_cents) filter (where occurred_at < instant_of(($9::bigint[])[2])), 0
        )::bigint as before_comparison_end
    from ledger
    where fan_id is not null and occurred_at < instant_of(($9::bigint[])[1])
)
select 'sums' as kind, slot, source, row_count, paid_count, gross, net, paid_gross from sums
union all
select 'payers', slot, null, payers, message_payers, post_payers, null, null from payers
union all
select
    'lifetime',
    lifetime.slot,
    null,
    lifetime.payers,
    lifetime.new_fans,
    case lifetime.slot when 1 then spent.before_window_end else spent.before_comparison_end end,
    null,
    null
from lifetime
cross join spent
union all
select 'next', 1, null, micros_of(found.occurred_at), null, null, null, null
from unnest(array[$10::bigint], array[$11::bigint]) as watched (starts_at, ends_at)
left join lateral (
    select occurred_at
    from ledger
    where occurred_at >= instant_of(watched.starts_at)
        and occurred_at < instant_of(watched.ends_at)
    order by occurred_at
    limit 1
) as found on true
