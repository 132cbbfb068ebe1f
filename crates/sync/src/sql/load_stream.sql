-- $1 agency, $2 model
select
    micros_of(proven_since),
    micros_of(proven_until),
    micros_of(full_read_at),
    family,
    progress
from sync_state
where agency_id = $1 and model_id = $2 and stream = 'transactions'
