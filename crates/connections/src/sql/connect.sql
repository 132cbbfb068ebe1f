-- $1 agency, $2 connection, $3 access token, $4 refresh token, $5 now, $6 expires at
insert into connections (
    agency_id, connection_id, access_token_sealed, refresh_token_sealed, obtained_at, expires_at
)
values ($1, $2, $3, $4, instant_of($5), instant_of($6))
