-- $1 entries
insert into job_steps (agency_id, job, started_at, took_ms, outcome, report)
select agency_id, job, instant_of(started_at), took_ms, outcome, report
from jsonb_to_recordset($1) as entry (
    agency_id uuid, job text, started_at bigint, took_ms bigint, outcome text, report jsonb
)
