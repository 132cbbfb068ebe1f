-- $1 job, $2 agency or null, $3 now, $4 runs begun before this are stale, $5 full
with opened as (
    insert into job_runs_open as run (agency_id, job, run_started_at, full_read)
    select agency_id, $1, instant_of($3), $5
    from agencies
    where $2::uuid is null or agency_id = $2
    on conflict (agency_id, job) do update
        set run_started_at = case
                when excluded.full_read and not run.full_read then excluded.run_started_at
                when not run.full_read and run.run_started_at < instant_of($4) then excluded.run_started_at
                else run.run_started_at
            end,
            full_read = run.full_read or excluded.full_read
    returning agency_id, run_started_at, full_read
)
select agency_id, micros_of(run_started_at), full_read
from opened
order by agency_id
