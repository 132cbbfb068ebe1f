-- $1 agency, $2 from, $3 before, $4 rates: what 100 dollars are worth, by the instant from which on
with rate as (
    select
        instant_of(valid_from) as valid_from,
        coalesce(
            instant_of(lead(valid_from) over (order by valid_from)), timestamptz 'infinity'
        ) as valid_before,
        per_100_dollars
    from jsonb_to_recordset($4) as rate (valid_from bigint, per_100_dollars bigint)
),
-- A shift lasts a day at most, and a reversal within the window may be of an older sale.
duty as materialized (
    select
        shifts.member_id,
        shifts.model_id,
        shifts.shift_id,
        greatest(shifts.starts_at, clock_ins.clocked_in_at) as begins_at,
        least(shifts.ends_at, clock_ins.clocked_out_at) as ends_at
    from shifts
    join clock_ins
        on clock_ins.agency_id = shifts.agency_id
        and clock_ins.shift_id = shifts.shift_id
    where shifts.agency_id = $1
        and shifts.cancelled_at is null
        and shifts.starts_at > instant_of($2) - interval '24 hours'
        and shifts.starts_at < instant_of($3)
),
sale as (
    select distinct on (sold.model_id, sold.row_key)
        'sale' as kind,
        sold.model_id || '/' || sold.row_key as subject,
        duty.member_id,
        sold.occurred_at,
        sold.occurred_at as sold_at,
        sold.gross_cents
    from duty
    join fanvue_transactions as sold
        on sold.agency_id = $1
        and sold.withdrawn_at is null
        and sold.occurred_at >= greatest(duty.begins_at, instant_of($2))
        and sold.occurred_at < least(duty.ends_at, instant_of($3))
        and sold.model_id = coalesce(duty.model_id, sold.model_id)
    where not is_reversal(sold.source) and sold.gross_cents > 0
    order by
        sold.model_id, sold.row_key,
        (duty.model_id is null), duty.begins_at desc, duty.shift_id
),
taken_back as (
    select
        'sale_reversal' as kind,
        back.model_id || '/' || back.row_key as subject,
        holder.member_id,
        back.occurred_at,
        original.occurred_at as sold_at,
        back.gross_cents
    from fanvue_transactions as back
    -- The rows of an order are found by the beginning of their keys.
    cross join lateral (
        select sold.occurred_at
        from fanvue_transactions as sold
        where sold.agency_id = $1
            and sold.model_id = back.model_id
            and sold.row_key >= 'order:' || back.reverses_order_id || ':'
            and sold.row_key < 'order:' || back.reverses_order_id || ';'
            and sold.order_id = back.reverses_order_id
            and sold.withdrawn_at is null
            and not is_reversal(sold.source)
        order by sold.occurred_at
        limit 1
    ) as original
    cross join lateral (
        select shifts.member_id
        from shifts
        join clock_ins
            on clock_ins.agency_id = shifts.agency_id
            and clock_ins.shift_id = shifts.shift_id
        where shifts.agency_id = $1
            and shifts.cancelled_at is null
            and shifts.starts_at > original.occurred_at - interval '24 hours'
            and shifts.starts_at <= original.occurred_at
            and coalesce(shifts.model_id, back.model_id) = back.model_id
            and clock_ins.clocked_in_at <= original.occurred_at
            and least(shifts.ends_at, clock_ins.clocked_out_at) > original.occurred_at
        order by
            (shifts.model_id is null),
            greatest(shifts.starts_at, clock_ins.clocked_in_at) desc,
            shifts.shift_id
        limit 1
    ) as holder
    where back.agency_id = $1
        and back.withdrawn_at is null
        and back.occurred_at >= instant_of($2)
        and back.occurred_at < instant_of($3)
        and is_reversal(back.source)
        and back.reverses_order_id is not null
),
-- A reversal is worth what its sale was: the rate of the day of the sale.
earned as (
    select
        credited.kind,
        credited.subject,
        credited.member_id,
        credited.occurred_at,
        round(credited.gross_cents * rate.per_100_dollars / 10000.0)::bigint as points
    from (select * from sale union all select * from taken_back) as credited
    join rate
        on credited.sold_at >= rate.valid_from
        and credited.sold_at < rate.valid_before
)
