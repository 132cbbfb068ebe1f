-- Notes that a token was used, and a session with it. The conditions keep callers that come together
-- from writing one after the other.
-- $1 agency, $2 token, $3 hash of the session, or null, $4 now, $5 how long a use is fresh
with seen as (
    update sessions
    set last_seen_at = instant_of($4::bigint)
    where agency_id = $1
        and session_hash = $3::bytea
        and coalesce(last_seen_at <= instant_of($4::bigint - $5::bigint), true)
)
update api_tokens
set last_used_at = instant_of($4::bigint)
where agency_id = $1
    and token_id = $2
    and coalesce(last_used_at <= instant_of($4::bigint - $5::bigint), true)
