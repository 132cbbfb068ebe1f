-- $1 agency, $2 token, $3 now
update api_tokens
set revoked_at = instant_of($3)
where agency_id = $1 and token_id = $2 and revoked_at is null
returning token_id
