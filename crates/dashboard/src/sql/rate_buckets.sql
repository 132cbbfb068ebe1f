-- $1 agency
select
    connection_id,
    bucket,
    capacity,
    remaining,
    micros_of(resets_at),
    micros_of(observed_at),
    micros_of(paused_until)
from rate_buckets
where agency_id = $1
order by connection_id, bucket
