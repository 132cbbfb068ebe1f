-- $1 agency, $2 shifts
insert into shifts (agency_id, shift_id, member_id, model_id, starts_at, ends_at, notes)
select $1, shift_id, member_id, model_id, instant_of(starts_at), instant_of(ends_at), notes
from jsonb_to_recordset($2) as shift (
    shift_id uuid, member_id uuid, model_id uuid, starts_at bigint, ends_at bigint, notes text
)
-- One order for everybody, so that two imports do not wait for each other.
order by member_id, starts_at
