-- $1 agency
select token_id, role, micros_of(created_at), micros_of(revoked_at), micros_of(last_used_at)
from api_tokens
where agency_id = $1
order by created_at, token_id
