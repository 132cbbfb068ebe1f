-- $1 agency
select model_id, handle, display_name from models where agency_id = $1
