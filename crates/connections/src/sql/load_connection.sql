-- $1 agency, $2 connection
select
    access_token_sealed,
    refresh_token_sealed,
    token_version,
    micros_of(obtained_at),
    micros_of(expires_at),
    state,
    micros_of(refresh_retry_at)
from connections
where agency_id = $1 and connection_id = $2
