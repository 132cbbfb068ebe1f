//! Databases on a native server: copies of a migrated template, which every test process shares
//! that has the same migrations.

use std::error::Error;
use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest, Sha256};
use tidemark_domain::Secret;

use super::cluster::{self, Cluster};
use super::{NATIVE_URL, pool_of};
use crate::migrations::{Migrations, migrate};
use crate::pool::Pool;

/// Keeps two processes from making the template at once; any constant serves.
const TEMPLATE_LOCK: i64 = 0x7469_6465_0001;

/// The server and its template, found or made once per process.
#[derive(Debug)]
struct Native {
    /// The database to send `create database` to.
    url: String,
    template: String,
    _cluster: Option<Cluster>,
}

static NATIVE: OnceLock<Result<Native, String>> = OnceLock::new();

/// Tells the databases of one process apart.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A test's own database; dropped from the server with this value.
#[derive(Debug)]
pub(super) struct Fresh {
    pool: Pool,
    url: Secret,
    name: String,
}

impl Fresh {
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    pub fn url(&self) -> &Secret {
        &self.url
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.pool.close();
        let Some(Ok(native)) = NATIVE.get() else {
            return;
        };
        let drop_it = format!("drop database {} with (force)", self.name);
        // A test may have taken the server down, and a panic in here would hide its outcome.
        let _ = block_on(try_execute(&native.url, &drop_it));
    }
}

/// A new database, or why there is no native server.
pub(super) async fn fresh(migrated: bool) -> Result<Fresh, String> {
    let prepared = tokio::task::spawn_blocking(|| NATIVE.get_or_init(prepare)).await;
    let native = match prepared.expect("the native server is prepared") {
        Ok(native) => native,
        Err(reason) => return Err(reason.clone()),
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("tidemark_test_{}_{number}", std::process::id());
    let template = if migrated {
        native.template.as_str()
    } else {
        "template0"
    };
    // A killed process of the same number may have left one behind.
    execute(
        &native.url,
        &format!("drop database if exists {name} with (force)"),
    )
    .await;
    execute(
        &native.url,
        &format!("create database {name} template {template}"),
    )
    .await;
    let url = Secret::new(with_database(&native.url, &name));
    Ok(Fresh {
        pool: pool_of(&url, 16),
        url,
        name,
    })
}

fn prepare() -> Result<Native, String> {
    let (url, cluster) = match std::env::var(NATIVE_URL) {
        Ok(url) if !url.is_empty() => (url, None),
        _ => {
            let cluster = cluster::start()?;
            (cluster.url.clone(), Some(cluster))
        }
    };
    let template = block_on(make_template(&url));
    Ok(Native {
        url,
        template,
        _cluster: cluster,
    })
}

async fn make_template(url: &str) -> String {
    let migrations = Migrations::embedded().expect("sound migration files");
    let checksums: String = migrations
        .files()
        .iter()
        .map(|file| file.checksum.as_str())
        .collect();
    let mut digest = hex::encode(Sha256::digest(checksums));
    digest.truncate(12);
    let name = format!("tidemark_template_{digest}");
    let pool = pool_of(&Secret::new(url), 1);
    let client = pool.get().await.unwrap_or_else(|error| panic!("{error}"));
    client
        .execute("select pg_advisory_lock($1)", &[&TEMPLATE_LOCK])
        .await
        .expect("the lock");
    let known = client
        .query("select from pg_database where datname = $1", &[&name])
        .await
        .expect("the list of databases");
    if known.is_empty() {
        // Under its final name only when it is whole.
        let unfinished = format!("{name}_unfinished");
        for statement in [
            format!("drop database if exists {unfinished} with (force)"),
            format!("create database {unfinished} template template0"),
        ] {
            client
                .batch_execute(&statement)
                .await
                .expect("a new template");
        }
        let template = pool_of(&Secret::new(with_database(url, &unfinished)), 1);
        let migrated = migrate(&template).await;
        migrated.unwrap_or_else(|error| panic!("the native database: {error}"));
        template.close();
        // The server may notice the end of the connection a moment later than we.
        let finish = format!(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{unfinished}';
             alter database {unfinished} rename to {name}"
        );
        for statement in finish.split(';') {
            client
                .batch_execute(statement)
                .await
                .expect("a finished template");
        }
    }
    drop(client);
    pool.close();
    name
}

async fn execute(url: &str, statement: &str) {
    let done = try_execute(url, statement).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

async fn try_execute(url: &str, statement: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let client = pool_of(&Secret::new(url), 1).get().await?;
    client.batch_execute(statement).await?;
    Ok(())
}

/// Runs async code to its end where the caller may be inside a runtime already.
fn block_on<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(work)
        });
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The URL of another database on the same server.
fn with_database(url: &str, name: &str) -> String {
    let (base, options) = url.split_once('?').unwrap_or((url, ""));
    let host = base.find("://").map_or(0, |i| i + 3);
    let server = base[host..].find('/').map_or(base, |i| &base[..host + i]);
    format!("{server}/{name}?{options}")
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn a_url_keeps_its_server_and_options_for_another_database() {
        assert_eq!(
            with_database("postgres://ann:pw@h:1/one?sslmode=require", "two"),
            "postgres://ann:pw@h:1/two?sslmode=require"
        );
        assert_eq!(with_database("postgres://h", "two"), "postgres://h/two?");
    }
}
