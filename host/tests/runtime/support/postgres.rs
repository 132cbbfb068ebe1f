//! Databases for tests.

use std::sync::Arc;

use tidemark::runtime::{DatabasePools, GuestPool, PoolsByAddress};
use tidemark_database::testing::TestDatabase;
use tidemark_database::{Pool, PoolOptions};

/// The address that components know the database by; the host answers it with the test's pool.
pub const ADDRESS: &str = "postgres://probe@database.test:5432/probe";

/// An empty database of one test's own.
pub struct Database {
    database: TestDatabase,
}

impl Database {
    /// On a native server; `None` where there is none.
    pub async fn native() -> Option<Self> {
        let database = TestDatabase::native_unmigrated().await?;
        Some(Self { database })
    }

    /// On the embedded server.
    pub async fn embedded() -> Self {
        let database = TestDatabase::embedded_unmigrated().await;
        Self { database }
    }

    /// The pools of a host: one connection to this database, any number to others.
    pub fn one_connection(&self, cancels: bool) -> Arc<dyn DatabasePools> {
        let options = PoolOptions {
            max_size: 1,
            ..PoolOptions::default()
        };
        let pool = if cancels {
            Pool::from_url(self.database.url(), options).unwrap()
        } else {
            self.database.pool().clone()
        };
        let pool = GuestPool {
            pool: pool.inner().clone(),
            cancels,
        };
        Arc::new(PoolsByAddress::for_urls().with_pool(ADDRESS, pool))
    }

    /// The last statement of another connection.
    pub async fn last_statement(&self, pid: i32) -> String {
        let client = self.database.pool().get().await.unwrap();
        let statement = "select query from pg_stat_activity where pid = $1";
        client.query_one(statement, &[&pid]).await.unwrap().get(0)
    }

    /// How many other connections run a statement like this one.
    pub async fn running_statements(&self, pattern: &str) -> i64 {
        let client = self.database.pool().get().await.unwrap();
        let statement = "select count(*) from pg_stat_activity
                         where state = 'active' and pid <> pg_backend_pid() and query like $1";
        client
            .query_one(statement, &[&pattern])
            .await
            .unwrap()
            .get(0)
    }
}
