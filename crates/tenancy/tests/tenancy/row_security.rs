//! Row level security: no statement reaches another agency's rows, whatever it says.

use tidemark_database::testing::{TestDatabase, for_each_database};

use crate::matrix::{OF_NO_AGENCY, complaints};

#[tokio::test]
async fn d138_every_table_keeps_agencies_apart_for_every_verb() {
    for_each_database(async |database| {
        assert_eq!(complaints(database).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn d138_a_new_table_without_policies_is_found() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let client = database.pool().get().await.unwrap();
    let forgotten = "create table forgotten (agency_id uuid not null, note text)";
    client.batch_execute(forgotten).await.unwrap();
    let found = complaints(&database).await;
    assert!(found.contains(&"select other forgotten: Rows(1), not Rows(0)".to_owned()));
}

#[tokio::test]
async fn a_new_table_is_protected_by_one_call() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let client = database.pool().get().await.unwrap();
    let minded = "create table minded (agency_id uuid not null, note text);
                  select protect_tenant_tables()";
    client.batch_execute(minded).await.unwrap();
    assert_eq!(complaints(&database).await, Vec::<String>::new());
}

#[tokio::test]
async fn d138_row_security_binds_the_owner_and_nobody_may_bypass_it() {
    for_each_database(async |database| {
        let client = database.pool().get().await.unwrap();
        let open = "select relname::text from pg_class join pg_attribute on attrelid = pg_class.oid
                    where attname = 'agency_id' and relkind in ('r', 'p')
                        and not (relrowsecurity and relforcerowsecurity)";
        assert!(client.query(open, &[]).await.unwrap().is_empty());
        let strong = "select rolname::text from pg_roles where rolname like 'tidemark\\_%'
                      and (rolsuper or rolbypassrls or rolcanlogin)";
        let strong = client.query(strong, &[]).await.unwrap();
        let strong: Vec<String> = strong.iter().map(|role| role.get(0)).collect();
        assert!(
            strong.iter().all(|role| role.starts_with("tidemark_test")),
            "{strong:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn d137_no_function_or_view_lends_its_owners_rights() {
    for_each_database(async |database| {
        let client = database.pool().get().await.unwrap();
        let lending = "select proname::text from pg_proc
                       where pronamespace = current_schema()::regnamespace and prosecdef
                       union all
                       select relname::text from pg_class
                       where relnamespace = current_schema()::regnamespace
                           and relkind in ('v', 'm')
                           and 'security_invoker=true' <> all (coalesce(reloptions, '{}'))";
        let lending = client.query(lending, &[]).await.unwrap();
        let names: Vec<String> = lending.iter().map(|row| row.get(0)).collect();
        assert_eq!(names, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_table_of_no_agency_is_there_for_a_reason() {
    for_each_database(async |database| {
        let client = database.pool().get().await.unwrap();
        let others = "select relname::text from pg_class
                      where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
                          and not exists (
                              select from pg_attribute
                              where attrelid = pg_class.oid and attname = 'agency_id'
                          )
                      order by relname";
        let others = client.query(others, &[]).await.unwrap();
        let names: Vec<String> = others.iter().map(|row| row.get(0)).collect();
        assert_eq!(names, OF_NO_AGENCY);
        for (role, table, privilege) in [
            ("tidemark_tenant", "login_attempts", "select"),
            ("tidemark_jobs", "login_attempts", "select"),
            ("tidemark_gate", "schema_migrations", "select"),
            ("tidemark_tenant", "schema_migrations", "insert"),
            ("tidemark_jobs", "schema_migrations", "delete"),
        ] {
            let may = "select has_table_privilege($1::text, $2::text, $3::text)";
            let row = client.query_one(may, &[&role, &table, &privilege]).await;
            assert!(
                !row.unwrap().get::<_, bool>(0),
                "{role} {privilege} {table}"
            );
        }
    })
    .await;
}
