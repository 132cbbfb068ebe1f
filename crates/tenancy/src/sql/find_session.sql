-- $1 hash, $2 now
select sessions.agency_id, sessions.token_id, api_tokens.role
from sessions
join api_tokens using (agency_id, token_id)
where sessions.session_hash = $1
    and sessions.expires_at > instant_of($2)
    and api_tokens.revoked_at is null
