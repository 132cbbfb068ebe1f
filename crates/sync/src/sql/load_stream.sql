-- $1 agency, $2 model
select
    micros_of(walk_from),
    micros_of(walk_to),
    walk_cursor,
    walk_carry,
    micros_of(proven_until),
    micros_of(full_read_at),
    family
from sync_state
where agency_id = $1 and model_id = $2 and stream = 'transactions'
