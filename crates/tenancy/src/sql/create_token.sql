-- $1 agency, $2 hash, $3 role, $4 now
insert into api_tokens (agency_id, token_id, token_hash, role, created_at)
values ($1, gen_random_uuid(), $2, $3, instant_of($4))
