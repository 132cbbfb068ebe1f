-- $1 agency, $2 plan, $3 changes: members left out stay as they are, $4 now
update planned_posts
set member_id      = coalesce(($3::jsonb ->> 'member_id')::uuid, member_id),
    model_id       = coalesce(($3::jsonb ->> 'model_id')::uuid, model_id),
    planned_at     = coalesce(instant_of(($3::jsonb ->> 'planned_at')::bigint), planned_at),
    notes          = coalesce($3::jsonb ->> 'notes', notes),
    posted_at      = case
        when $3::jsonb ? 'posted_at' then instant_of(($3::jsonb ->> 'posted_at')::bigint)
        else posted_at
    end,
    -- Another time or model may be confirmed by another post.
    feed_read_at   = case
        when $3::jsonb ?| array['planned_at', 'model_id'] then null
        else feed_read_at
    end,
    fanvue_post_id = case
        when $3::jsonb ?| array['posted_at', 'model_id'] then null
        else fanvue_post_id
    end,
    cancelled_at   = case ($3::jsonb ->> 'cancelled')::boolean
        when true then coalesce(cancelled_at, instant_of($4))
        when false then null
        else cancelled_at
    end
where agency_id = $1 and post_plan_id = $2
returning 1::bigint
