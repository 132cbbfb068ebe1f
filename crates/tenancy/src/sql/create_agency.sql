-- $1 agency, $2 name, $3 zone, $4 now
insert into agencies (agency_id, name, timezone, created_at)
values ($1, $2, $3, instant_of($4))
