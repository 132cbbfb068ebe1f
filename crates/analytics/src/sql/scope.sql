-- The scope of an answer: the agency's zone, what was proven of each model in scope, and the first
-- transaction where a window begins with it. One row per model; an agency without models gives one
-- row with a null model, an unknown agency none.
--
-- With them, how often the scope's ledger and audience have changed, and the zone of roll-ups that can
-- be used: built, trusted, and with few fans left to settle. Best are those of the answer's own zone;
-- with others, more of the ledger is read at the edges.
--
--   $1 agency   $2 model, or null for all active ones   $3 whether to look for the first transaction
--   $4 zone of the answer, or null for the agency's   $5 the most unsettled fans
select
    agencies.timezone,
    models.model_id,
    micros_of(ledger.proven_since) as ledger_since,
    micros_of(ledger.proven_until) as ledger_until,
    micros_of(audience.proven_until) as audience_until,
    case when $3::boolean then (
        select micros_of(occurred_at)
        from fanvue_transactions
        where agency_id = $1::uuid
            and withdrawn_at is null
            and ($2::uuid is null or model_id = $2::uuid)
        order by occurred_at
        limit 1
    ) end as first_transaction,
    coalesce((
        select revision
        from ledger_revisions
        where agency_id = $1::uuid and model_id = (select coalesce($2::uuid, whole_agency()))
    ), 0) as revision,
    (
        select zone
        from roll_ups
        where agency_id = $1::uuid
            and trusted
            and not exists (
                select
                from roll_up_backlog as backlog
                where backlog.agency_id = $1::uuid and backlog.zone = roll_ups.zone
            )
            and (
                select count(*)
                from (
                    select
                    from unsettled_fans
                    where agency_id = $1::uuid and zone = roll_ups.zone
                    limit $5::bigint + 1
                ) as waiting
            ) <= $5::bigint
        order by zone = coalesce($4::text, agencies.timezone) desc, zone
        limit 1
    ) as rolled
from agencies
left join models
    on models.agency_id = agencies.agency_id
    and case when $2::uuid is null then models.active else models.model_id = $2::uuid end
left join sync_state as ledger
    on ledger.agency_id = models.agency_id
    and ledger.model_id = models.model_id
    and ledger.stream = 'transactions'
left join sync_state as audience
    on audience.agency_id = models.agency_id
    and audience.model_id = models.model_id
    and audience.stream = 'audience'
where agencies.agency_id = $1::uuid
order by models.model_id
