-- $1 agency, $2 job, $3 the run's start
delete from job_runs_open
where agency_id = $1 and job = $2 and run_started_at = instant_of($3)
