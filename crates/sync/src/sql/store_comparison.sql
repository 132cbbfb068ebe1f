-- $1 agency, $2 model, $3 lease token, $4 now, $5 days, $6 from, $7 to, $8 progress
with held as (
    update sync_state
    set progress = $8
    where agency_id = $1 and model_id = $2 and stream = 'transactions' and lease_token = $3
    returning agency_id
),

compared as (
    select day::date, ledger_cents, fanvue_cents
    from jsonb_to_recordset($5) as row (day text, ledger_cents bigint, fanvue_cents bigint)
),

-- A day that has sales on neither side any more.
emptied as (
    delete from reconciliations
    where agency_id = $1
        and model_id = $2
        and day >= (instant_of($6) at time zone 'UTC')::date
        and day < (instant_of($7) at time zone 'UTC')::date
        and day not in (select day from compared)
        and exists (select from held)
),

stored as (
    insert into reconciliations as known (
        agency_id, model_id, day, ledger_cents, fanvue_cents, compared_at
    )
    select $1, $2, day, ledger_cents, fanvue_cents, instant_of($4)
    from compared
    where exists (select from held)
    on conflict (agency_id, model_id, day) do update
        set ledger_cents = excluded.ledger_cents,
            fanvue_cents = excluded.fanvue_cents,
            compared_at  = excluded.compared_at
        -- A day that was right and is right is not written again.
        where (known.ledger_cents, known.fanvue_cents)
            is distinct from (excluded.ledger_cents, excluded.fanvue_cents)
)

select exists (select from held)
