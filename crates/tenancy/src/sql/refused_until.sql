-- $1 keys, $2 the failures that are allowed of each, $3 now
select micros_of(max(login_attempts.window_ends_at))
from unnest($1::text[], $2::bigint[]) as attempt (attempt_key, allowed)
join login_attempts using (attempt_key)
where login_attempts.failures >= attempt.allowed
    and login_attempts.window_ends_at > instant_of($3)
