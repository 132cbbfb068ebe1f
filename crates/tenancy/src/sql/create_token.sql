-- $1 agency, $2 hash, $3 role, $4 now
with created as (
    insert into api_tokens (agency_id, token_id, token_hash, role, created_at)
    values ($1, gen_random_uuid(), $2, $3, instant_of($4))
    returning agency_id, token_id, role, created_at
)
insert into audit_log (agency_id, at, action, subject, detail)
select agency_id, created_at, 'token.created', token_id::text, jsonb_build_object('role', role)
from created
