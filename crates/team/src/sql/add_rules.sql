-- $1 agency, $2 valid from, $3 now, $4 rules
insert into score_rules (
    agency_id, valid_from, created_at,
    shift_on_time, shift_late, shift_missed, post_on_time, post_late, post_missed,
    sale_per_100_dollars, late_after_minutes, missed_after_minutes, post_within_minutes
)
select
    $1::uuid, instant_of($2), instant_of($3),
    "shiftOnTime", "shiftLate", "shiftMissed", "postOnTime", "postLate", "postMissed",
    "salePer100Dollars", "lateAfterMinutes", "missedAfterMinutes", "postWithinMinutes"
from jsonb_to_record($4) as rules (
    "shiftOnTime" integer, "shiftLate" integer, "shiftMissed" integer,
    "postOnTime" integer, "postLate" integer, "postMissed" integer,
    "salePer100Dollars" integer, "lateAfterMinutes" integer, "missedAfterMinutes" integer,
    "postWithinMinutes" integer
)
on conflict do nothing
returning 1::bigint
