-- Goes on where sales_on_shift.sql ends: books the difference between what was earned and what is
-- booked, entry by entry. Steps at the same time find the same difference under the same keys.
,
booked as (
    select kind, subject, member_id, min(occurred_at) as occurred_at, sum(points)::bigint as points
    from points_ledger
    where agency_id = $1
        and occurred_at >= instant_of($2)
        and occurred_at < instant_of($3)
        and kind in ('sale', 'sale_reversal')
    group by kind, subject, member_id
),
difference as (
    select
        kind,
        subject,
        member_id,
        coalesce(earned.occurred_at, booked.occurred_at) as occurred_at,
        coalesce(earned.points, 0) - coalesce(booked.points, 0) as points
    from earned
    full join booked using (kind, subject, member_id)
),
entered as (
    insert into points_ledger (
        agency_id, subject, kind, occurrence, reversal, member_id, points, occurred_at, booked_at
    )
    select
        $1,
        difference.subject,
        difference.kind,
        coalesce((
            select max(former.occurrence)
            from points_ledger as former
            where former.agency_id = $1
                and former.subject = difference.subject
                and former.kind = difference.kind
        ), 0) + row_number() over (
            partition by difference.subject, difference.kind order by difference.member_id
        ),
        false,
        difference.member_id,
        difference.points,
        difference.occurred_at,
        instant_of($3)
    from difference
    where difference.points <> 0
    on conflict do nothing
    returning 1
)
select count(*) from entered
