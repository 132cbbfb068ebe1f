-- $1 agency, $2 destination, $3 kind, $4 name, $5 host, $6 chat, $7 secret, $8 kinds of alerts, $9 now
insert into alert_destinations (
    agency_id, destination_id, kind, name, host, chat_id, secret_sealed, alert_kinds, created_at
)
select $1, $2, $3, $4, $5, $6, $7, $8, instant_of($9)
where (select count(*) from alert_destinations where agency_id = $1) < 20
returning 1::bigint
