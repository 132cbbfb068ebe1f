-- Tenancy: who a statement acts for is part of the session, and row level security holds it to that.
--
--   tidemark_tenant  one agency, named by the setting tidemark.agency: requests with credentials
--   tidemark_jobs    all agencies: steps over all of them, operators' figures, the command line
--   tidemark_gate    what credentials are checked with, before the agency is known, and nothing else
--
-- Every statement of Tidemark names its role and agency first (crates/ports/src/actor.rs). None of the
-- roles can log in or bypass row security, and no function runs with other rights than its caller's.
--
-- Roles belong to the whole cluster, so other databases' migrations may be making them just now.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['tidemark_tenant', 'tidemark_jobs', 'tidemark_gate'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            begin
                execute format('create role %I nologin nobypassrls', wanted);
            exception
                when duplicate_object or unique_violation then
                    null;
            end;
        end if;
        if exists (
            select from pg_roles where rolname = wanted and (rolsuper or rolbypassrls)
        ) then
            raise exception
                'the role % bypasses row security; run: alter role % nosuperuser nobypassrls',
                wanted, wanted;
        end if;
        if not pg_has_role(current_user, wanted, 'usage') then
            begin
                execute format('grant %I to %I', wanted, current_user);
            exception
                when unique_violation or internal_error then
                    -- Another migrator of the same user granted it at this moment.
                    if not pg_has_role(current_user, wanted, 'usage') then
                        raise;
                    end if;
            end;
        end if;
    end loop;
exception
    when insufficient_privilege then
        raise exception
            'the database user % may not create or take the roles that keep agencies apart; let an '
            'administrator run: create role tidemark_tenant; create role tidemark_jobs; '
            'create role tidemark_gate; grant tidemark_tenant, tidemark_jobs, tidemark_gate to %; '
            '(leave out what is there already), then migrate again',
            current_user, quote_ident(current_user)
            using errcode = 'insufficient_privilege';
end
$$;

-- The agency of this session's statements; null where none is named.
create function current_agency() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('tidemark.agency', true), '')::uuid;

-- Puts every table with an agency under row level security that is not yet. The agency is read once
-- per statement (a sub-select), and compared with an operator that may stand in an index condition.
-- A migration that adds tenant tables calls it at its end; a test fails where one does not.
create function protect_tenant_tables() returns void
    language plpgsql as $$
declare
    tenant_table regclass;
begin
    for tenant_table in
        select relation.oid::regclass
        from pg_class as relation
        where relation.relnamespace = current_schema()::regnamespace
            and relation.relkind in ('r', 'p')
            and exists (
                select from pg_attribute
                where attrelid = relation.oid and attname = 'agency_id' and not attisdropped
            )
            and not exists (
                select from pg_policy where polrelid = relation.oid and polname = 'own_agency'
            )
    loop
        execute format('alter table %s enable row level security', tenant_table);
        execute format('alter table %s force row level security', tenant_table);
        execute format(
            'create policy own_agency on %s for all to tidemark_tenant '
            'using (agency_id = (select current_agency())) '
            'with check (agency_id = (select current_agency()))',
            tenant_table
        );
        execute format(
            'create policy all_agencies on %s for all to tidemark_jobs '
            'using (true) with check (true)',
            tenant_table
        );
    end loop;
end
$$;

select protect_tenant_tables();

-- Events come to the application and not to an agency, which sees those about its own models alone.
alter table webhook_events enable row level security;
alter table webhook_events force row level security;
create policy of_own_models on webhook_events for select to tidemark_tenant
    using (creator_id in (select model_id from models));
create policy all_events on webhook_events for all to tidemark_jobs using (true) with check (true);

create policy before_the_agency_is_known on api_tokens for select to tidemark_gate using (true);
create policy before_the_agency_is_known on sessions for select to tidemark_gate using (true);

do $$
declare
    home text := quote_ident(current_schema());
begin
    execute format(
        'grant usage on schema %s to tidemark_tenant, tidemark_jobs, tidemark_gate', home
    );
    execute format(
        'grant select, insert, update, delete on all tables in schema %s '
        'to tidemark_tenant, tidemark_jobs', home
    );
    execute format(
        'grant execute on all functions in schema %s '
        'to tidemark_tenant, tidemark_jobs, tidemark_gate', home
    );
    execute format(
        'alter default privileges in schema %s grant select, insert, update, delete on tables '
        'to tidemark_tenant, tidemark_jobs', home
    );
    execute format(
        'alter default privileges in schema %s grant execute on functions '
        'to tidemark_tenant, tidemark_jobs, tidemark_gate', home
    );
end
$$;

-- What was migrated is told by whoever migrates.
revoke insert, update, delete on schema_migrations from tidemark_tenant, tidemark_jobs;
grant select on api_tokens, sessions to tidemark_gate;
