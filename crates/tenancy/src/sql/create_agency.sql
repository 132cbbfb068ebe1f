-- $1 agency, $2 name, $3 zone, $4 now
with created as (
    insert into agencies (agency_id, name, timezone, created_at)
    values ($1, $2, $3, instant_of($4))
    returning agency_id, created_at
)
insert into audit_log (agency_id, at, action)
select agency_id, created_at, 'agency.created'
from created
