-- $1 agency, $2 alert, $3 destination, $4 attempt, $5 state, $6 parts sent, $7 next attempt,
-- $8 status, $9 error, $10 now, $11 throttled until, $12 whether it is gone, $13 failing since before
-- this: given up
with recorded as (
    update alert_deliveries
    set state           = $5,
        parts_sent      = $6,
        next_attempt_at = instant_of($7),
        claimed_until   = null,
        last_status     = $8,
        last_error      = $9,
        sent_at         = case when $5 = 'sent' then instant_of($10) end
    where agency_id = $1
        and alert_key = $2
        and destination_id = $3
        -- A claim that expired belongs to somebody else now.
        and attempts = $4
        and state = 'queued'
    returning agency_id
)
update alert_destinations
set failing_since   = case when $5 = 'sent' then null else coalesce(failing_since, instant_of($10)) end,
    throttled_until = instant_of($11),
    state           = case
        when $12 or ($5 <> 'sent' and failing_since < instant_of($13)) then 'disabled'
        else state
    end,
    state_reason    = case
        when $12 then 'it answered 410: the webhook was removed'
        when $5 <> 'sent' and failing_since < instant_of($13) then 'nothing was delivered for 120 hours'
        else state_reason
    end
where agency_id = $1 and destination_id = $3
