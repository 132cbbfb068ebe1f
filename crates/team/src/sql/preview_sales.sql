-- Goes on where sales_on_shift.sql ends: what each member earned.
select member_id, sum(points)::bigint from earned group by member_id
