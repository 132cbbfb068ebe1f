-- $1 hash, $2 now, $3 how long a use is fresh, $4 the longest pause, $5 the age of an id that gets
-- another; all three in microseconds
select
    sessions.agency_id,
    sessions.token_id,
    api_tokens.role,
    coalesce(sessions.last_seen_at <= instant_of($2::bigint - $3::bigint), true),
    sessions.replaced_at is null
        and coalesce(sessions.issued_at, sessions.created_at) <= instant_of($2::bigint - $5::bigint)
from sessions
join api_tokens using (agency_id, token_id)
where sessions.session_hash = $1
    and sessions.expires_at > instant_of($2::bigint)
    and coalesce(sessions.last_seen_at, sessions.created_at) > instant_of($2::bigint - $4::bigint)
    and api_tokens.revoked_at is null
