//! Migrated, empty databases for tests: one per test, on the embedded server and on a native one.
//!
//! ```no_run
//! # async fn example() {
//! tidemark_database::testing::for_each_database(async |database| {
//!     let client = database.pool().get().await.unwrap();
//!     client.batch_execute("select 1").await.unwrap();
//! })
//! .await;
//! # }
//! ```
//!
//! The native server is the one of `TIDEMARK_TEST_DATABASE_URL` (its user must be allowed to
//! create databases), or a private cluster of the newest Postgres found on the machine, one per
//! test process, which goes with the process however that ends. Without either, tests on it are
//! skipped with a line on standard error; `TIDEMARK_REQUIRE_NATIVE_POSTGRES=1` makes that a
//! failure. Everything here panics instead of returning errors.

mod cluster;
mod native;

use std::io::Write as _;
use std::sync::Once;

use tidemark_domain::Secret;

use crate::choice::Database;
use crate::migrations::migrate;
use crate::pool::{Pool, PoolOptions};

/// Set to `1` where a missing native server must fail the tests.
pub const REQUIRE_NATIVE: &str = "TIDEMARK_REQUIRE_NATIVE_POSTGRES";

/// The URL of a native server to use instead of a private cluster.
pub const NATIVE_URL: &str = "TIDEMARK_TEST_DATABASE_URL";

/// Where a test database lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestServer {
    /// The embedded server of this process.
    Embedded,
    /// A Postgres of its own processes.
    Native,
}

/// A migrated database of one test's own; gone when dropped.
#[derive(Debug)]
pub struct TestDatabase(Kept);

#[derive(Debug)]
enum Kept {
    Embedded(Database),
    Native(native::Fresh),
}

impl TestDatabase {
    /// A database on an embedded server of its own.
    pub async fn embedded() -> Self {
        let database = Self::embedded_unmigrated().await;
        let migrated = migrate(database.pool()).await;
        migrated.unwrap_or_else(|error| panic!("the embedded database: {error}"));
        database
    }

    /// [`TestDatabase::embedded`] before any migration.
    pub async fn embedded_unmigrated() -> Self {
        let opened = Database::open_temporary().await;
        let database = opened.unwrap_or_else(|error| panic!("no embedded database: {error}"));
        Self(Kept::Embedded(database))
    }

    /// A database on the native server; `None`, and a line on standard error, where there is none.
    pub async fn native() -> Option<Self> {
        Self::on_native(true).await
    }

    /// [`TestDatabase::native`] before any migration.
    pub async fn native_unmigrated() -> Option<Self> {
        Self::on_native(false).await
    }

    async fn on_native(migrated: bool) -> Option<Self> {
        match native::fresh(migrated).await {
            Ok(fresh) => Some(Self(Kept::Native(fresh))),
            Err(reason) => {
                skip(&reason);
                None
            }
        }
    }

    /// Its connections.
    pub fn pool(&self) -> &Pool {
        match &self.0 {
            Kept::Embedded(database) => database.pool(),
            Kept::Native(fresh) => fresh.pool(),
        }
    }

    /// Its URL, which may hold a password.
    pub fn url(&self) -> &Secret {
        match &self.0 {
            Kept::Embedded(database) => database.url(),
            Kept::Native(fresh) => fresh.url(),
        }
    }

    /// Where it lives.
    pub fn server(&self) -> TestServer {
        match &self.0 {
            Kept::Embedded(_) => TestServer::Embedded,
            Kept::Native(_) => TestServer::Native,
        }
    }
}

/// Runs a test on a migrated database of each server.
pub async fn for_each_database(test: impl AsyncFn(&TestDatabase)) {
    run(&test, TestDatabase::embedded().await).await;
    if let Some(database) = TestDatabase::native().await {
        run(&test, database).await;
    }
}

/// Runs a test on an empty database of each server.
pub async fn for_each_unmigrated_database(test: impl AsyncFn(&TestDatabase)) {
    run(&test, TestDatabase::embedded_unmigrated().await).await;
    if let Some(database) = TestDatabase::native_unmigrated().await {
        run(&test, database).await;
    }
}

async fn run(test: &impl AsyncFn(&TestDatabase), database: TestDatabase) {
    // Shown with the failure, so that a reader knows which server it was.
    println!("on the {:?} server", database.server());
    test(&database).await;
}

/// Says once per process why nothing runs on a native server, or fails where it must run.
fn skip(reason: &str) {
    static SAID: Once = Once::new();
    assert!(
        std::env::var_os(REQUIRE_NATIVE).is_none_or(|value| value != "1"),
        "{REQUIRE_NATIVE}=1, but there is no native Postgres: {reason}"
    );
    SAID.call_once(|| {
        // Written past the test runner's capture, or nobody would ever read it.
        let line = format!("skipped on a native Postgres: {reason}\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
    });
}

fn pool_of(url: &Secret, max_size: usize) -> Pool {
    let options = PoolOptions {
        max_size,
        ..PoolOptions::default()
    };
    Pool::from_url(url, options).unwrap_or_else(|error| panic!("test database: {error}"))
}
