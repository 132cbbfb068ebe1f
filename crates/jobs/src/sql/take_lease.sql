-- $1 agency, $2 model, $3 stream, $4 held until, $5 now
insert into sync_state as state (agency_id, model_id, stream, lease_token, lease_until)
values ($1, $2, $3, 1, instant_of($4))
on conflict (agency_id, model_id, stream) do update
    set lease_token = state.lease_token + 1,
        lease_until = excluded.lease_until
    where state.lease_until is null or state.lease_until <= instant_of($5)
returning lease_token
