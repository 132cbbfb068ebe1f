-- $1 agency, $2 connection, $3 bucket, $4 capacity, $5 remaining, $6 resets at, $7 now
insert into rate_buckets as known (
    agency_id, connection_id, bucket, capacity, remaining, resets_at, observed_at
)
values ($1, $2, $3, $4, $5, instant_of($6), instant_of($7))
on conflict (agency_id, connection_id, bucket) do update
    set capacity    = excluded.capacity,
        remaining   = excluded.remaining,
        resets_at   = excluded.resets_at,
        observed_at = excluded.observed_at
