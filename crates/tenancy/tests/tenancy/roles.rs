//! Databases whose user is no administrator.

use tidemark_database::testing::TestDatabase;
use tidemark_database::{MigrateError, Pool, PoolOptions, migrate};
use tidemark_native::SqlPool;
use tidemark_ports::{Actor, Bound, Sql as _};
use tidemark_tenancy::Role;

use crate::support::agency_with;

/// A user of one test's own, and a pool whose one connection is that user's.
async fn modest_user(database: &TestDatabase) -> (String, Pool) {
    let user = format!("modest_{}", uuid::Uuid::new_v4().simple());
    let options = PoolOptions {
        max_size: 1,
        ..PoolOptions::default()
    };
    let pool = Pool::from_url(database.url(), options).unwrap();
    let client = pool.get().await.unwrap();
    let become_it = format!(
        "create role {user} login;
         do $$ begin execute format('alter database %I owner to {user}', current_database()); end $$;
         set session authorization {user}"
    );
    client.batch_execute(&become_it).await.unwrap();
    drop(client);
    (user, pool)
}

#[tokio::test]
async fn a_user_who_may_not_create_roles_is_told_what_to_run_and_is_kept_apart_afterwards() {
    let (Some(_), Some(database)) = (
        // Sees to it that the roles are there: they are the cluster's.
        TestDatabase::native().await,
        TestDatabase::native_unmigrated().await,
    ) else {
        return;
    };
    let (user, pool) = modest_user(&database).await;
    let Err(MigrateError::Refused { message, code, .. }) = migrate(&pool).await else {
        panic!("migrated without the roles");
    };
    assert_eq!(code, "42501");
    let mend = format!("grant tidemark_tenant, tidemark_jobs, tidemark_gate to {user}");
    assert!(message.contains(&mend), "{message}");

    let administrator = database.pool().get().await.unwrap();
    administrator.batch_execute(&mend).await.unwrap();
    migrate(&pool).await.unwrap();
    let sql = SqlPool::new(pool.clone());
    let (first, _) = agency_with(&sql, Role::Owner).await;
    let (second, _) = agency_with(&sql, Role::Owner).await;
    let seen = "select count(*) from agencies";
    for agency in [first, second] {
        let rows = Bound::tenant(&sql, agency).query(seen, &[]).await.unwrap();
        assert_eq!(rows[0].get(0), Ok(1_i64));
    }
    let rows = sql.query_as(Actor::Jobs, seen, &[]).await.unwrap();
    assert_eq!(rows[0].get(0), Ok(2_i64));

    drop((sql, pool));
    let gone = format!("reassign owned by {user} to current_user; drop owned by {user}");
    administrator.batch_execute(&gone).await.unwrap();
    // What it granted by default lies in the database, which goes with the test.
    let _ = administrator
        .batch_execute(&format!("drop role {user}"))
        .await;
}
