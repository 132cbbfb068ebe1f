-- Team play: what was planned and what was done.
--
-- The checks are driven by state: `check_at` is the instant from which a shift or a planned post must
-- be looked at (null: nothing can change by itself any more), and `revision` counts the changes of
-- what it is judged by. Triggers keep both, whoever writes.

alter table team_members
    add column role             text not null default '',
    add column timezone         text,
    add column fanvue_member_id uuid,
    add column active           boolean not null default true;

-- A Fanvue team member is one member here.
create unique index team_members_linked on team_members (agency_id, fanvue_member_id)
    where fanvue_member_id is not null;

alter table shifts
    add column notes    text not null default '',
    add column revision bigint not null default 1,
    add column check_at timestamptz default 'epoch',
    -- A sale finds the shifts it may belong to by looking one day back.
    add constraint shifts_at_most_a_day check (ends_at <= starts_at + interval '24 hours') not valid;

-- The checks take what is due from here; settled shifts are not in it.
create index shifts_to_check on shifts (agency_id, check_at) where check_at is not null;

-- A member's shifts around a time: overlaps, and the shift to clock in to.
create index shifts_of_member on shifts (agency_id, member_id, starts_at);

alter table clock_ins
    add column clocked_out_at timestamptz,
    add constraint clock_ins_in_order check (clocked_out_at >= clocked_in_at);

alter table planned_posts
    add column notes          text not null default '',
    add column fanvue_post_id uuid,
    -- up to when the model's posts were read for this plan
    add column feed_read_at   timestamptz,
    add column revision       bigint not null default 1,
    add column check_at       timestamptz default 'epoch';

create index planned_posts_to_check on planned_posts (agency_id, check_at) where check_at is not null;

-- A post on Fanvue confirms at most one plan.
create unique index planned_posts_confirmed on planned_posts (agency_id, model_id, fanvue_post_id)
    where fanvue_post_id is not null;

-- The plans that a post on Fanvue may confirm; few are open at any time.
create index planned_posts_open on planned_posts (agency_id, model_id, planned_at)
    where posted_at is null and cancelled_at is null;

-- The state of each subject, as the state machine names it.
alter table punctuality drop constraint punctuality_state_check;
update punctuality set state = 'late_resolved' where state = 'late' and minutes_late is not null;
alter table punctuality add constraint punctuality_state_check
    check (state in ('scheduled', 'on_time', 'late', 'missed', 'late_resolved', 'withdrawn'));

create function note_change_of_shift() returns trigger
    language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.check_at := new.starts_at;
    else
        new.revision := old.revision + 1;
        new.check_at := 'epoch';
    end if;
    return new;
end
$$;

create trigger note_change
    before insert or update of member_id, starts_at, ends_at, cancelled_at on shifts
    for each row execute function note_change_of_shift();

create function note_change_of_post() returns trigger
    language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.check_at := new.planned_at;
    else
        new.revision := old.revision + 1;
        new.check_at := 'epoch';
    end if;
    return new;
end
$$;

create trigger note_change
    before insert or update of member_id, planned_at, posted_at, cancelled_at on planned_posts
    for each row execute function note_change_of_post();

create function note_change_of_clock_in() returns trigger
    language plpgsql as $$
declare
    changed clock_ins := coalesce(new, old);
begin
    update shifts
    set revision = revision + 1, check_at = 'epoch'
    where agency_id = changed.agency_id and shift_id = changed.shift_id;
    return null;
end
$$;

create trigger note_change
    after insert or update or delete on clock_ins
    for each row execute function note_change_of_clock_in();

-- Nobody works two shifts at once. The member's row is the lock under which that is looked at; the
-- message is the list of the shifts in the way.
create function refuse_overlapping_shift() returns trigger
    language plpgsql as $$
declare
    others text;
begin
    if new.cancelled_at is not null then
        return null;
    end if;
    perform from team_members
    where agency_id = new.agency_id and member_id = new.member_id
    for no key update;
    select string_agg(shift_id::text, ',' order by starts_at) into others
    from shifts
    where agency_id = new.agency_id
        and member_id = new.member_id
        and shift_id <> new.shift_id
        and cancelled_at is null
        and starts_at > new.starts_at - interval '24 hours'
        and starts_at < new.ends_at
        and ends_at > new.starts_at;
    if others is not null then
        raise exception '%', others using errcode = 'TM002';
    end if;
    return null;
end
$$;

create trigger refuse_overlap
    after insert or update of member_id, starts_at, ends_at, cancelled_at on shifts
    for each row execute function refuse_overlapping_shift();
