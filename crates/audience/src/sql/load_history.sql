-- $1 agency, $2 model
select to_char(day, 'YYYY-MM-DD'), micros_of(observed_at), derived
from subscriber_history
where agency_id = $1 and model_id = $2
