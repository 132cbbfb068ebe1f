-- The sign-in with every id that it had.
-- $1 agency, $2 hash, $3 now
with
mine as (
    select token_id, created_at from sessions where agency_id = $1 and session_hash = $2
),
closed as (
    delete from sessions
    using mine
    where sessions.agency_id = $1
        and sessions.token_id = mine.token_id
        and sessions.created_at = mine.created_at
)
insert into audit_log (agency_id, at, actor, action)
select $1, instant_of($3), token_id, 'sign-in.ended'
from mine
