-- Counts a failure of each key, and forgets some windows that are over. A full table loses its oldest.
-- $1 keys, $2 now, $3 end of a window that begins now, $4 the most rows
with
over as (
    delete from login_attempts
    where attempt_key in (
        select attempt_key
        from login_attempts
        where window_ends_at <= instant_of($2) and attempt_key <> all ($1::text[])
        order by window_ends_at
        limit 100
    )
),
crowded_out as (
    delete from login_attempts
    where attempt_key in (
        select attempt_key
        from login_attempts
        where window_ends_at > instant_of($2) and attempt_key <> all ($1::text[])
        order by window_ends_at
        limit greatest(0, (select count(*) from login_attempts) + cardinality($1::text[]) - $4::bigint)
    )
)
insert into login_attempts as kept (attempt_key, failures, window_ends_at)
select attempt_key, 1, instant_of($3)
from unnest($1::text[]) as attempt (attempt_key)
on conflict (attempt_key) do update
    set failures = case
            when kept.window_ends_at <= instant_of($2) then 1
            else kept.failures + 1
        end,
        window_ends_at = case
            when kept.window_ends_at <= instant_of($2) then excluded.window_ends_at
            else kept.window_ends_at
        end
