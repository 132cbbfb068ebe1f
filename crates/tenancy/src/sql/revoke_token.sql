-- $1 agency, $2 token, $3 now
with revoked as (
    update api_tokens
    set revoked_at = instant_of($3)
    where agency_id = $1 and token_id = $2 and revoked_at is null
    returning agency_id, token_id, revoked_at
),
closed as (
    delete from sessions
    using revoked
    where sessions.agency_id = revoked.agency_id and sessions.token_id = revoked.token_id
)
insert into audit_log (agency_id, at, action, subject)
select agency_id, revoked_at, 'token.revoked', token_id::text
from revoked
returning subject
