-- Also a revoked one: who signs in with it is noted.
-- $1 hash, $2 now, $3 how long a use is fresh, in microseconds
select
    agency_id,
    token_id,
    role,
    coalesce(last_used_at <= instant_of($2::bigint - $3::bigint), true),
    revoked_at is not null
from api_tokens
where token_hash = $1
