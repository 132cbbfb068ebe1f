-- $1 agency, $2 connection, $3 bucket
select capacity, remaining, micros_of(resets_at), micros_of(paused_until)
from rate_buckets
where agency_id = $1 and connection_id = $2 and bucket = $3
