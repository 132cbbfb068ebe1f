-- $1 agency, $2 connection, $3 bucket, $4 paused until, $5 now
-- A bucket that was never read is taken for one of 100 requests (fanvue-api section 5).
insert into rate_buckets as known (
    agency_id, connection_id, bucket, capacity, remaining, resets_at, observed_at, paused_until
)
values ($1, $2, $3, 100, 0, instant_of($4), instant_of($5), instant_of($4))
on conflict (agency_id, connection_id, bucket) do update
    set paused_until = greatest(known.paused_until, excluded.paused_until),
        observed_at  = excluded.observed_at
