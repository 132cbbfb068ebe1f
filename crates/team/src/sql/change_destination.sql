-- $1 agency, $2 destination, $3 name or null, $4 kinds of alerts or null, $5 state or null
update alert_destinations
set name          = coalesce($3, name),
    alert_kinds   = coalesce($4::text[], alert_kinds),
    state         = coalesce($5, state),
    state_reason  = case when $5 is null then state_reason end,
    failing_since = case when $5 = 'active' then null else failing_since end
where agency_id = $1 and destination_id = $2
returning 1::bigint
