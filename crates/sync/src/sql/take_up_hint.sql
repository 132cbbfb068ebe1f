-- $1 agency, $2 model, $3 lease token, $4 now
update sync_hints
set pending = false, taken_by = $3, followed_at = instant_of($4)
where agency_id = $1 and model_id = $2 and (pending or taken_by is not null)
returning model_id
