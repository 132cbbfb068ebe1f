-- $1 agency
select connection_id, state, last_error, micros_of(expires_at)
from connections
where agency_id = $1
order by connection_id
