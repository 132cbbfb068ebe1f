-- $1 entries
--
-- Each entry takes the steps of its agency's job with it that are older than 90 days, by the index on
-- (agency, job, start): the history does not grow for ever, and no step deletes more than a few rows.
with entries as materialized (
    select agency_id, job, instant_of(started_at) as started_at, took_ms, outcome, report
    from jsonb_to_recordset($1) as entry (
        agency_id uuid, job text, started_at bigint, took_ms bigint, outcome text, report jsonb
    )
),
forgotten as (
    delete from job_steps
    using entries
    where job_steps.agency_id = entries.agency_id
        and job_steps.job = entries.job
        and job_steps.started_at < entries.started_at - interval '90 days'
)
insert into job_steps (agency_id, job, started_at, took_ms, outcome, report)
select agency_id, job, started_at, took_ms, outcome, report
from entries
