-- $1 the new model, under the grant of the one that is there
insert into models (
    agency_id, model_id, connection_id, own_account, handle, display_name, created_at
)
select agency_id, $1, connection_id, own_account, handle, display_name, created_at
from models
limit 1
