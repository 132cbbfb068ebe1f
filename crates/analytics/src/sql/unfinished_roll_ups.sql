-- Agencies with a backlog, unsettled fans, or roll-ups of a zone that they left.
select agency_id
from agencies
where exists (select from roll_up_backlog as backlog where backlog.agency_id = agencies.agency_id)
    or exists (select from unsettled_fans as fan where fan.agency_id = agencies.agency_id)
    or exists (
        select
        from roll_ups
        where roll_ups.agency_id = agencies.agency_id and roll_ups.zone <> agencies.timezone
    )
order by agency_id
