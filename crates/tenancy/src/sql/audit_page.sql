-- $1 agency, $2 entry to begin before, or null, $3 how many
select entry_id, micros_of(at), actor, action, subject, detail
from audit_log
where agency_id = $1 and entry_id < coalesce($2::bigint, 9223372036854775807)
order by entry_id desc
limit $3::bigint
