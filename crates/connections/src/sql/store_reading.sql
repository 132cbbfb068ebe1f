-- $1 agency, $2 connection, $3 bucket, $4 capacity, $5 remaining, $6 resets at, $7 now
select note_rate_reading($1, $2, $3, $4, $5, $6, $7)
