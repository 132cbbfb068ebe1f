-- $1 agency, $2 shifts to be: which lines are in the way of a shift that is there
select line.line, string_agg(shifts.shift_id::text, ', ' order by shifts.starts_at)
from jsonb_to_recordset($2) as line (
    line bigint, member_id uuid, starts_at bigint, ends_at bigint
)
join shifts
    on shifts.agency_id = $1
    and shifts.member_id = line.member_id
    and shifts.cancelled_at is null
    and shifts.starts_at > instant_of(line.starts_at) - interval '24 hours'
    and shifts.starts_at < instant_of(line.ends_at)
    and shifts.ends_at > instant_of(line.starts_at)
group by line.line
order by line.line
