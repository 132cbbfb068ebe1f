-- $1 received before, $2 at most so many
delete from webhook_events
where event_hash in (
    select event_hash
    from webhook_events
    where received_at < instant_of($1)
    order by received_at
    limit $2
)
