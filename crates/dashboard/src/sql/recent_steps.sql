-- $1 agency
select recent.job, micros_of(recent.started_at), recent.took_ms, recent.outcome, recent.report
from (
    select
        job_steps.*,
        row_number() over (partition by job order by started_at desc, step_id desc) as place
    from job_steps
    where agency_id = $1
) as recent
where recent.place <= 10
order by recent.job, recent.place
