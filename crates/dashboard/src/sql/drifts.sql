-- $1 agency
-- Closed UTC days on which the ledger's sales and Fanvue's own sum differ, newest first.
select
    model_id,
    to_char(day, 'YYYY-MM-DD'),
    ledger_cents,
    fanvue_cents,
    micros_of(compared_at)
from reconciliations
where agency_id = $1 and ledger_cents <> fanvue_cents
order by reconciliations.day desc, model_id
