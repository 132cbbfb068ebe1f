-- $1 agency or null
select
    agency_id,
    micros_of(valid_from),
    jsonb_build_object(
        'shiftOnTime', shift_on_time,
        'shiftLate', shift_late,
        'shiftMissed', shift_missed,
        'postOnTime', post_on_time,
        'postLate', post_late,
        'postMissed', post_missed,
        'salePer100Dollars', sale_per_100_dollars,
        'lateAfterMinutes', late_after_minutes,
        'missedAfterMinutes', missed_after_minutes,
        'postWithinMinutes', post_within_minutes
    )
from score_rules
where $1::uuid is null or agency_id = $1
order by agency_id, valid_from
