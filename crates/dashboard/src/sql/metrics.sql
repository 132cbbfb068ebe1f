-- Every figure of /metrics: name, labels, value as text. $1 now, in microseconds.
--
-- Counters are sums over job_steps, which is kept for as long as operators need to look back: they fall
-- when old steps are forgotten, as counters do at a restart.
with
steps as materialized (
    select job, outcome, report from job_steps
),
-- The index on (job, started_at) finds the last of each job.
last_steps as (
    select jobs.job, last_step.took_ms, succeeded.ended_at
    from (select distinct job from steps) as jobs
    cross join lateral (
        select took_ms from job_steps where job = jobs.job order by started_at desc limit 1
    ) as last_step
    left join lateral (
        select started_at + took_ms * interval '1 millisecond' as ended_at
        from job_steps
        where job = jobs.job and outcome in ('done', 'more')
        order by started_at desc
        limit 1
    ) as succeeded on true
)
select
    'fv_job_last_success_timestamp_seconds' as name,
    jsonb_build_object('job', job) as labels,
    extract(epoch from ended_at)::numeric(20, 3)::text as value
from last_steps
where ended_at is not null
union all
select 'fv_job_last_duration_seconds', jsonb_build_object('job', job),
    (took_ms / 1000.0)::numeric(20, 3)::text
from last_steps
union all
select 'fv_job_runs_total', jsonb_build_object('job', job, 'outcome', outcome), count(*)::text
from steps
group by job, outcome
union all
select 'fv_data_lag_seconds',
    jsonb_build_object('agency', sync_state.agency_id, 'kind', sync_state.stream),
    greatest(
        0, extract(epoch from instant_of($1::bigint) - min(sync_state.proven_until))
    )::numeric(20, 3)::text
from sync_state
join models using (agency_id, model_id)
where models.active and sync_state.proven_until is not null
group by sync_state.agency_id, sync_state.stream
union all
select 'fv_rows_total', jsonb_build_object('kind', steps.job, 'result', counted.result),
    sum(counted.rows)::text
from steps
cross join lateral (
    select result, coalesce((report -> 'rows' ->> result)::bigint, 0) as rows
    from unnest(array['inserted', 'changed', 'unchanged', 'quarantined']) as result
) as counted
group by steps.job, counted.result
union all
select 'fv_upstream_requests_total', jsonb_build_object('job', job),
    sum(coalesce((report ->> 'apiCalls')::bigint, 0))::text
from steps
group by job
union all
select 'fv_upstream_remaining',
    jsonb_build_object('agency', agency_id, 'connection', connection_id, 'bucket', bucket),
    case when resets_at > instant_of($1::bigint) then remaining else capacity end::text
from rate_buckets
union all
select 'fv_reconcile_drift_cents',
    jsonb_build_object(
        'agency', agency_id,
        'creator', model_id,
        'day_age', ((instant_of($1::bigint) at time zone 'UTC')::date - day)::text
    ),
    (ledger_cents - fanvue_cents)::text
from reconciliations
where ledger_cents <> fanvue_cents
union all
select 'fv_token_expires_in_seconds', jsonb_build_object('agency', agency_id),
    extract(epoch from min(expires_at) - instant_of($1::bigint))::numeric(20, 3)::text
from connections
where state = 'active'
group by agency_id
union all
select 'fv_alerts_sent_total',
    jsonb_build_object('kind', alerts.kind, 'result', alert_deliveries.state), count(*)::text
from alert_deliveries
join alerts using (agency_id, alert_key)
where alert_deliveries.state in ('sent', 'failed')
group by alerts.kind, alert_deliveries.state
union all
-- Of the last 30 days, for which events are kept.
select 'fv_webhook_events_total',
    jsonb_build_object('type', case when known then topic else 'other' end, 'family', family),
    count(*)::text
from webhook_events
group by case when known then topic else 'other' end, family
