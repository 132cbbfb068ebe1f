-- $1 agency, $2 connection
select
    access_token_sealed,
    refresh_token_sealed,
    token_version,
    micros_of(obtained_at),
    micros_of(expires_at),
    state
from connections
where agency_id = $1 and connection_id = $2
