-- $1 agency, $2 model, $3 the local day before today, YYYY-MM-DD
select
    state.progress,
    micros_of(models.subscribers_observed_at),
    micros_of(models.unread_observed_at),
    micros_of(models.flows_observed_at),
    micros_of(models.posts_observed_at),
    models.subscribers,
    models.posts,
    exists (
        select from subscriber_history
        where agency_id = $1 and model_id = $2 and day = ($3::text)::date
    ),
    (
        select to_char(max(day), 'YYYY-MM-DD')
        from subscriber_history
        where agency_id = $1 and model_id = $2 and day < ($3::text)::date
    )
from models
join sync_state as state
    on state.agency_id = models.agency_id
    and state.model_id = models.model_id
    and state.stream = 'audience'
where models.agency_id = $1 and models.model_id = $2
