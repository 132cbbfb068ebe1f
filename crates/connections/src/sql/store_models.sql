-- $1 agency, $2 connection, $3 principal, $4 models, $5 now
with stored as (
    insert into models as model (
        agency_id, model_id, connection_id, own_account, handle, display_name, created_at
    )
    select $1, found.model_id, $2, found.own_account, found.handle, found.display_name, instant_of($5)
    from jsonb_to_recordset($4) as found (
        model_id uuid, own_account boolean, handle text, display_name text
    )
    on conflict (agency_id, model_id) do update
        set handle        = excluded.handle,
            display_name  = excluded.display_name,
            connection_id = excluded.connection_id,
            own_account   = excluded.own_account
        -- A creator stays with the grant that found it first while that grant works.
        where model.connection_id = excluded.connection_id
            or not exists (
                select from connections
                where connections.agency_id = model.agency_id
                    and connections.connection_id = model.connection_id
                    and connections.state = 'active'
            )
)
update connections
set principal_id  = $3,
    discovered_at = instant_of($5)
where agency_id = $1 and connection_id = $2
