-- $1 agency, $2 now. A few people who have worked for three weeks and are planned for two more. Ids
-- follow from names and days, so that a later start adds the days that came and nothing twice.
with agency as (
    select agency_id, timezone, (instant_of($2) at time zone timezone)::date as today
    from agencies
    where agency_id = $1
),
person as (
    select *
    from (values
        (0, 'Ana Duarte', 'team lead', 9, 17),
        (1, 'Ben Okafor', 'chatter', 17, 24),
        (2, 'Cleo Marin', 'content', 11, 15)
    ) as person (number, name, role, from_hour, to_hour)
),
model as (
    select model_id, row_number() over (order by handle, model_id) - 1 as number
    from models
    where agency_id = $1 and active
),
day as (
    select agency.today + ahead as day
    from agency
    cross join generate_series(-20, 13) as ahead
),
member as (
    insert into team_members (agency_id, member_id, display_name, role, created_at)
    select $1, md5($1::text || name)::uuid, name, role, instant_of($2)
    from person
    on conflict do nothing
),
shift as (
    insert into shifts (agency_id, shift_id, member_id, model_id, starts_at, ends_at)
    select
        $1,
        md5($1::text || person.name || day.day)::uuid,
        md5($1::text || person.name)::uuid,
        -- The lead looks after everybody.
        case when person.number > 0 then model.model_id end,
        (day.day + person.from_hour * interval '1 hour') at time zone agency.timezone,
        (day.day + person.to_hour * interval '1 hour') at time zone agency.timezone
    from person
    cross join day
    cross join agency
    left join model on model.number = person.number % greatest((select count(*) from model), 1)
    -- Everybody has a day off a week.
    where extract(isodow from day.day) <> 7 - person.number
    on conflict do nothing
)
insert into planned_posts (agency_id, post_plan_id, member_id, model_id, planned_at, notes)
select
    $1,
    md5('post' || model.model_id || day.day)::uuid,
    md5($1::text || person.name)::uuid,
    model.model_id,
    (day.day + (12 + model.number) * interval '1 hour') at time zone agency.timezone,
    'daily set'
from person
cross join day
cross join agency
cross join model
where person.number = 2
on conflict do nothing
