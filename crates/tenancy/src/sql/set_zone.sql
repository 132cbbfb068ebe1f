-- $1 agency, $2 zone, $3 now
with changed as (
    update agencies
    set timezone = $2
    where agency_id = $1
    returning agency_id, timezone
)
insert into audit_log (agency_id, at, action, detail)
select agency_id, instant_of($3), 'agency.timezone-changed', jsonb_build_object('timezone', timezone)
from changed
returning agency_id
