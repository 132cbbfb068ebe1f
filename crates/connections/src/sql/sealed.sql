select agency_id, connection_id, token_version, access_token_sealed, refresh_token_sealed
from connections
where state <> 'disconnected'
order by agency_id, connection_id
