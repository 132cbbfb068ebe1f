-- The same tokens under another key. $1 agency, $2 connection, $3 version, $4 access, $5 refresh
update connections
set access_token_sealed = $4, refresh_token_sealed = $5
where agency_id = $1 and connection_id = $2 and token_version = $3
returning connection_id
