-- $1 agency, $2 model
select payload
from quarantine
where agency_id = $1 and model_id = $2 and resolved_at is null
order by first_seen_at, payload_hash
