-- $1 agency or null, $2 listed before
select agency_id, connection_id
from connections
where state = 'active'
    and ($1::uuid is null or agency_id = $1)
    and (discovered_at is null or discovered_at < instant_of($2))
order by agency_id, connection_id
