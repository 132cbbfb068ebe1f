-- Gives a sign-in another id. The old one lives on for requests under way; of callers that come
-- together one rotates.
-- $1 agency, $2 hash of the old id, $3 hash of the new one, $4 now, $5 the old one's end
with
former as (
    select token_id, created_at, expires_at
    from sessions
    where agency_id = $1 and session_hash = $2 and replaced_at is null
    for update
),
replaced as (
    update sessions
    set replaced_at = instant_of($4), expires_at = least(sessions.expires_at, instant_of($5))
    from former
    where sessions.agency_id = $1 and sessions.session_hash = $2
)
insert into sessions (
    agency_id, session_hash, token_id, created_at, expires_at, last_seen_at, issued_at
)
select $1, $3, token_id, created_at, expires_at, instant_of($4), instant_of($4)
from former
returning micros_of(expires_at)
