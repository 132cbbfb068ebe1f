-- $1 agency, $2 now, $3 actor, $4 action, $5 subject, $6 detail, $7 not if the same was noted after
insert into audit_log (agency_id, at, actor, action, subject, detail)
select $1::uuid, instant_of($2::bigint), $3::uuid, $4::text, $5::text, $6::jsonb
where not exists (
    select
    from audit_log
    where agency_id = $1::uuid
        and action = $4::text
        and at > instant_of($7::bigint)
        and actor is not distinct from $3::uuid
        and subject is not distinct from $5::text
        and detail = $6::jsonb
)
