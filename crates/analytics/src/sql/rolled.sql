-- The same rows as aggregates.sql, from the roll-ups: whole local days of the roll-ups' zone from
-- them, what is left over at the edges of a segment or window from the ledger. Fans whose roll-up is
-- not settled yet are taken out of it and counted from the ledger instead.
--
-- Instants are microseconds since the epoch, half-open; days are days since the epoch, inclusive.
--
--   $1 agency   $2 model, or null for all   $3 zone of the roll-ups
--   pieces of segments, whole days:   $4 slot   $5 first day   $6 last day
--   pieces of segments, the rest:     $7 slot   $8 start       $9 end
--   windows:          $10 start   $11 end   $12, $13 first and last whole day (first > last: none)
--   their edges:      $14 slot    $15 start   $16 end
--   gaps that hold one day of each payer of a window's whole days:
--                     $17 slot    $18 coarse   $19, $20 day from, to   $21, $22 previous from, to
--   marks, the start and the end of each window (ids 1 to 4):
--                     $23 last whole day before   $24 start of the rest   $25 the instant itself
--   $26, $27 where to look for the next row; null for nowhere
--
-- A range of the ledger is read in a lateral query of its own (offset 0 keeps it one), so that it is a
-- range of the covering index; as a plain join the planner reads the agency's whole ledger once and
-- filters it per piece.
--
-- Row security lets a condition be looked up in an index only where it is made of plain columns,
-- parameters, sub-selects and operators that tell nothing: hence the scope, and bounds that are
-- computed before they are compared ("offset 0" keeps them so).
--
-- One kind of rows more: ready, while the roll-ups may be used. Without it the rest means nothing.
with
scope as materialized (
    select coalesce($2::uuid, whole_agency()) as model_id
),
ledger as not materialized (
    select
        occurred_at, source, fan_id, gross_cents, net_cents,
        gross_cents > 0 and not is_reversal(source) as paid
    from fanvue_transactions
    where agency_id = $1::uuid
        and withdrawn_at is null
        and ($2::uuid is null or model_id = $2::uuid)
),
sums as (
    select slot, source, sum(row_count)::bigint as row_count, sum(paid_count)::bigint as paid_count,
        sum(gross)::bigint as gross, sum(net)::bigint as net, sum(paid_gross)::bigint as paid_gross
    from (
        select piece.slot, days.source, days.row_count, days.paid_count, days.gross, days.net,
            days.paid_gross
        from unnest($4::bigint[], $5::bigint[], $6::bigint[]) as piece (slot, first_day, last_day)
        cross join lateral (
            select source, sum(row_count) as row_count, sum(paid_count) as paid_count,
                sum(gross) as gross, sum(net) as net, sum(paid_gross) as paid_gross
            from revenue_days
            where agency_id = $1::uuid
                and zone = $3::text
                and model_id = (select scope.model_id from scope)
                and day between date 'epoch' + piece.first_day::integer
                    and date 'epoch' + piece.last_day::integer
                and row_count <> 0
            group by source
        ) as days
        union all
        select piece.slot, ledger.source, 1, ledger.paid::integer, ledger.gross_cents,
            ledger.net_cents, case when ledger.paid then ledger.gross_cents else 0 end
        from (
            select slot, instant_of(starts_at) as starts_at, instant_of(ends_at) as ends_at
            from unnest($7::bigint[], $8::bigint[], $9::bigint[]) as rest (slot, starts_at, ends_at)
            offset 0
        ) as piece
        cross join lateral (
            select *
            from ledger
            where occurred_at >= piece.starts_at and occurred_at < piece.ends_at
            offset 0
        ) as ledger
    ) as parts
    group by slot, source
),
windows as (
    select
        slot,
        instant_of(starts_at) as starts_at,
        instant_of(ends_at) as ends_at,
        date 'epoch' + first_day::integer as first_day,
        date 'epoch' + last_day::integer as last_day
    from unnest($10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
        with ordinality as bounds (starts_at, ends_at, first_day, last_day, slot)
),
unsettled as materialized (
    select unsettled_fans.fan_id, days.paid_on, days.message_on, days.post_on
    from unsettled_fans
    left join lateral (
        select paid_on, message_on, post_on
        from fan_days
        where agency_id = $1::uuid
            and zone = $3::text
            and fan_id = unsettled_fans.fan_id
            and model_id = (select scope.model_id from scope)
        limit 1
    ) as days on true
    where unsettled_fans.agency_id = $1::uuid and unsettled_fans.zone = $3::text
),
unsettled_purchases as materialized (
    select ledger.fan_id, ledger.occurred_at, ledger.source
    from unsettled
    join ledger on ledger.fan_id = unsettled.fan_id
    where ledger.paid
),
-- Buyers at the edges of the windows, with what the roll-ups know of them.
edge_buyers as materialized (
    select buyer.*, days.paid_on, days.message_on, days.post_on
    from (
        select
            edge.slot,
            ledger.fan_id,
            bool_or(is_message(ledger.source)) as message,
            bool_or(is_post(ledger.source)) as post
        from (
            select slot, instant_of(starts_at) as starts_at, instant_of(ends_at) as ends_at
            from unnest($14::bigint[], $15::bigint[], $16::bigint[]) as rest (slot, starts_at, ends_at)
            offset 0
        ) as edge
        cross join lateral (
            select *
            from ledger
            where occurred_at >= edge.starts_at and occurred_at < edge.ends_at
            offset 0
        ) as ledger
        where ledger.paid and ledger.fan_id is not null
        group by edge.slot, ledger.fan_id
    ) as buyer
    left join lateral (
        select paid_on, message_on, post_on
        from fan_days
        where agency_id = $1::uuid
            and zone = $3::text
            and fan_id = buyer.fan_id
            and model_id = (select scope.model_id from scope)
        limit 1
    ) as days on true
    where not exists (select from unsettled where unsettled.fan_id = buyer.fan_id)
),
payers as (
    select
        slot,
        coalesce(sum(payers), 0)::bigint as payers,
        coalesce(sum(message_payers), 0)::bigint as message_payers,
        coalesce(sum(post_payers), 0)::bigint as post_payers
    from (
        select box.slot, gaps.fans as payers, gaps.message_fans as message_payers,
            gaps.post_fans as post_payers
        from unnest(
            $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[]
        ) as box (slot, coarse, day_from, day_to, previous_from, previous_to)
        cross join lateral (
            select
                sum(fans) as fans, sum(message_fans) as message_fans, sum(post_fans) as post_fans
            from fan_gaps
            where agency_id = $1::uuid
                and zone = $3::text
                and model_id = (select scope.model_id from scope)
                and coarse = box.coarse::smallint
                and day between date 'epoch' + box.day_from::integer
                    and date 'epoch' + box.day_to::integer
                and previous between date 'epoch' + box.previous_from::integer
                    and date 'epoch' + box.previous_to::integer
        ) as gaps
        union all
        select windows.slot,
            -bought_within(unsettled.paid_on, windows.first_day, windows.last_day),
            -bought_within(unsettled.message_on, windows.first_day, windows.last_day),
            -bought_within(unsettled.post_on, windows.first_day, windows.last_day)
        from windows
        cross join unsettled
        union all
        select windows.slot,
            count(distinct purchase.fan_id),
            count(distinct purchase.fan_id) filter (where is_message(purchase.source)),
            count(distinct purchase.fan_id) filter (where is_post(purchase.source))
        from windows
        join unsettled_purchases as purchase
            on purchase.occurred_at >= windows.starts_at
            and purchase.occurred_at < windows.ends_at
        group by windows.slot
        union all
        select windows.slot,
            1 - bought_within(buyer.paid_on, windows.first_day, windows.last_day),
            case when buyer.message
                then 1 - bought_within(buyer.message_on, windows.first_day, windows.last_day)
                else 0
            end,
            case when buyer.post
                then 1 - bought_within(buyer.post_on, windows.first_day, windows.last_day)
                else 0
            end
        from windows
        join edge_buyers as buyer using (slot)
    ) as parts
    group by slot
),
marks as (
    select mark, date 'epoch' + last_day::integer as last_day,
        instant_of(rest_from) as rest_from, instant_of(at) as at
    from unnest($23::bigint[], $24::bigint[], $25::bigint[])
        with ordinality as bounds (last_day, rest_from, at, mark)
),
-- How many fans had paid before each mark, and what all known fans had spent.
paid_before as (
    select mark, sum(fans)::bigint as fans, sum(gross)::bigint as gross
    from (
        select marks.mark, gaps.fans, 0 as gross
        from marks
        cross join lateral (
            select sum(fans) as fans
            from fan_gaps
            where agency_id = $1::uuid
                and zone = $3::text
                and model_id = (select scope.model_id from scope)
                and coarse = 0
                and previous = date '0001-01-01'
                and day <= marks.last_day
        ) as gaps
        union all
        select marks.mark, -1, 0
        from marks
        join unsettled on unsettled.paid_on[1] <= marks.last_day
        union all
        select marks.mark, count(distinct purchase.fan_id), 0
        from marks
        join unsettled_purchases as purchase on purchase.occurred_at < marks.at
        group by marks.mark
        union all
        select marks.mark, count(distinct ledger.fan_id), 0
        from marks
        cross join lateral (
            select *
            from ledger
            where occurred_at >= marks.rest_from and occurred_at < marks.at
            offset 0
        ) as ledger
        left join lateral (
            select paid_on
            from fan_days
            where agency_id = $1::uuid
                and zone = $3::text
                and fan_id = ledger.fan_id
                and model_id = (select scope.model_id from scope)
            limit 1
        ) as days on true
        where ledger.paid
            and ledger.fan_id is not null
            and (days.paid_on[1] <= marks.last_day) is not true
            and not exists (select from unsettled where unsettled.fan_id = ledger.fan_id)
        group by marks.mark
        union all
        -- Ends only (even marks): all days, less those after.
        select marks.mark, 0, spent.gross
        from marks
        cross join lateral (
            select sum(case when day = 'infinity' then known_gross else -known_gross end) as gross
            from revenue_days
            where agency_id = $1::uuid
                and zone = $3::text
                and model_id = (select scope.model_id from scope)
                and day > marks.last_day
        ) as spent
        where marks.mark % 2 = 0
        union all
        select marks.mark, 0, sum(ledger.gross_cents)
        from marks
        cross join lateral (
            select *
            from ledger
            where occurred_at >= marks.rest_from and occurred_at < marks.at
            offset 0
        ) as ledger
        where marks.mark % 2 = 0 and ledger.fan_id is not null
        group by marks.mark
    ) as parts
    group by mark
),
lifetime as (
    select
        windows.slot,
        coalesce(by_end.fans, 0) as payers,
        coalesce(by_end.fans, 0) - coalesce(by_start.fans, 0) as new_fans,
        coalesce(by_end.gross, 0) as gross
    from windows
    left join paid_before as by_start on by_start.mark = 2 * windows.slot - 1
    left join paid_before as by_end on by_end.mark = 2 * windows.slot
)
select 'sums' as kind, slot, source, row_count, paid_count, gross, net, paid_gross from sums
union all
select 'payers', slot, null, payers, message_payers, post_payers, null, null from payers
union all
select 'lifetime', slot, null, payers, new_fans, gross, null, null from lifetime
union all
select 'next', 1, null, micros_of(found.occurred_at), null, null, null, null
from unnest(array[$26::bigint], array[$27::bigint]) as watched (starts_at, ends_at)
left join lateral (
    select occurred_at
    from ledger
    where occurred_at >= instant_of(watched.starts_at)
        and occurred_at < instant_of(watched.ends_at)
    order by occurred_at
    limit 1
) as found on true
union all
select 'ready', 1, null, null, null, null, null, null
from roll_ups
where agency_id = $1::uuid
    and zone = $3::text
    and trusted
    and not exists (
        select
        from roll_up_backlog as backlog
        where backlog.agency_id = $1::uuid and backlog.zone = $3::text
    )
