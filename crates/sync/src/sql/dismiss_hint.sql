-- $1 agency, $2 model, $3 lease token
update sync_hints
set taken_by = null
where agency_id = $1 and model_id = $2 and taken_by = $3
