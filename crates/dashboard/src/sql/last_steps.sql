-- The last step of each job over all agencies; the index on (job, started_at) serves it.
select distinct on (job) job, micros_of(started_at), outcome
from job_steps
order by job, started_at desc
