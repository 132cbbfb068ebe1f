-- $1 agency, $2 the most fans to settle
select models::bigint, fans::bigint, more from roll_up_step($1::uuid, $2::bigint)
