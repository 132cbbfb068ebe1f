-- $1 hash
select agency_id, token_id, role
from api_tokens
where token_hash = $1 and revoked_at is null
