//! Connections are shared: what one statement ran for must not reach the next.

use tidemark_database::testing::for_each_database;
use tidemark_database::{Pool, PoolOptions};
use tidemark_domain::AgencyId;
use tidemark_native::SqlPool;
use tidemark_ports::{Actor, Bound, Sql, SqlError};
use tidemark_tenancy::Role;

use crate::support::agency_with;

async fn agencies_seen(sql: &impl Sql) -> Vec<AgencyId> {
    let statement = "select agency_id from agencies order by agency_id";
    let rows = sql.query(statement, &[]).await.unwrap();
    rows.iter()
        .map(|row| AgencyId::new(row.get(0).unwrap()))
        .collect()
}

#[tokio::test]
async fn every_statement_on_one_connection_runs_for_its_own_actor() {
    for_each_database(async |database| {
        let options = PoolOptions {
            max_size: 1,
            ..PoolOptions::default()
        };
        let one = match Pool::from_url(database.url(), options) {
            Ok(pool) if database.server() == tidemark_database::testing::TestServer::Native => pool,
            _ => database.pool().clone(),
        };
        let sql = SqlPool::new(one.clone());
        let (first, _) = agency_with(&sql, Role::Owner).await;
        let (second, _) = agency_with(&sql, Role::Owner).await;
        for _ in 0..3 {
            assert_eq!(agencies_seen(&Bound::tenant(&sql, first)).await, [first]);
            let denied = sql
                .query_as(Actor::Gate, "select 1 from agencies", &[])
                .await;
            assert!(matches!(denied, Err(SqlError::Refused { code, .. }) if code == "42501"));
            assert_eq!(agencies_seen(&Bound::tenant(&sql, second)).await, [second]);
            assert_eq!(agencies_seen(&sql).await.len(), 2);
            // A failed statement leaves no more behind than one that went well.
            let tenant = Bound::tenant(&sql, first);
            assert!(tenant.query("select 1 / 0", &[]).await.is_err());
            assert_eq!(agencies_seen(&Bound::tenant(&sql, second)).await, [second]);
            // Migrations and maintenance have the connecting user's rights again.
            let client = one.get().await.unwrap();
            let row = client
                .query_one(
                    "select current_user = session_user, current_agency() is null",
                    &[],
                )
                .await
                .unwrap();
            assert_eq!((row.get(0), row.get(1)), (true, true));
        }
    })
    .await;
}
