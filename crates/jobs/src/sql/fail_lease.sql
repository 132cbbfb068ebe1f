-- $1 agency, $2 model, $3 stream, $4 token, $5 code, $6 message, $7 not before
update sync_state
set lease_until        = null,
    attempts           = attempts + 1,
    last_error_code    = $5,
    last_error_message = $6,
    retry_at           = instant_of($7)
where agency_id = $1 and model_id = $2 and stream = $3 and lease_token = $4
