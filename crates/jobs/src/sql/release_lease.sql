-- $1 agency, $2 model, $3 stream, $4 token
update sync_state
set lease_until = null
where agency_id = $1 and model_id = $2 and stream = $3 and lease_token = $4
