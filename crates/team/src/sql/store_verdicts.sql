-- $1 kind, $2 verdicts, $3 now
with written as (
    insert into punctuality as known (
        agency_id, kind, subject_id, member_id, state, minutes_late, found_at, changed_at
    )
    select agency_id, $1, subject_id, member_id, state, minutes_late, instant_of($3), instant_of($3)
    from jsonb_to_recordset($2) as verdict (
        agency_id uuid, subject_id uuid, member_id uuid, state text, minutes_late bigint
    )
    on conflict (agency_id, kind, subject_id) do update
        set state        = excluded.state,
            minutes_late = excluded.minutes_late,
            changed_at   = excluded.changed_at
        where (known.state, known.minutes_late) is distinct from (excluded.state, excluded.minutes_late)
            -- a slower step must not undo what a later one found
            and known.changed_at <= excluded.changed_at
    returning known.agency_id, (xmax = 0) as inserted
)
select agency_id, count(*) filter (where inserted), count(*) filter (where not inserted)
from written
group by agency_id
