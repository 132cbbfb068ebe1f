//! The embedded server's life: starting, stopping, being killed, being misused.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

use tidemark_database::embedded::maintenance::{Maintained, maintain};
use tidemark_database::testing::TestDatabase;
use tidemark_database::{Client, Database, DatabaseChoice, DatabaseError, EmbeddedError, Pool};

/// Set for the child process that gets killed: its data dir.
const CHILD_DATA_DIR: &str = "TIDEMARK_TEST_CHILD_DATA_DIR";

pub async fn open(data_dir: &Path) -> Result<Database, DatabaseError> {
    let data_dir = data_dir.to_owned();
    Database::open(DatabaseChoice::Embedded { data_dir }).await
}

pub async fn execute(pool: &Pool, statements: &str) {
    let client = pool.get().await.unwrap();
    client.batch_execute(statements).await.unwrap();
}

pub async fn number(pool: &Pool, query: &str) -> i64 {
    let client = pool.get().await.unwrap();
    client.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn what_was_written_is_there_after_closing_and_opening() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await.unwrap();
    assert!(database.is_embedded());
    execute(
        database.pool(),
        "create table kept as select 42::int8 as answer",
    )
    .await;
    database.close().await.unwrap();
    let database = open(folder.path()).await.unwrap();
    assert_eq!(number(database.pool(), "select answer from kept").await, 42);
    database.close().await.unwrap();
}

#[tokio::test]
async fn only_this_user_reaches_files_and_socket() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await.unwrap();
    let cluster = folder.path().join("postgres");
    assert_eq!(
        cluster.metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert!(cluster.join(".s.PGSQL.5432").exists());
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_data_dir_with_a_path_too_long_for_a_socket_serves_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a folder @ home".repeat(8));
    let database = open(&deep).await.unwrap();
    assert_eq!(number(database.pool(), "select 1::int8").await, 1);
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_data_dir_serves_one_tidemark_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await.unwrap();
    let error = open(folder.path()).await.unwrap_err();
    assert!(
        matches!(error, DatabaseError::Embedded(EmbeddedError::InUse { .. })),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains(&folder.path().display().to_string())
    );
    database.close().await.unwrap();
    open(folder.path()).await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn closing_waits_for_a_connection_in_use_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await.unwrap();
    let client = database.pool().get().await.unwrap();
    let closing = tokio::spawn(database.close());
    client
        .batch_execute("create table late as select 7::int8 as answer")
        .await
        .unwrap();
    drop(client);
    closing.await.unwrap().unwrap();
    let database = open(folder.path()).await.unwrap();
    assert_eq!(number(database.pool(), "select answer from late").await, 7);
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_data_dir_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = open(&file.path().join("data")).await.unwrap_err();
    assert!(
        matches!(
            error,
            DatabaseError::Embedded(EmbeddedError::NotWritable { .. })
        ),
        "{error}"
    );
}

#[tokio::test]
async fn an_interrupted_installation_is_done_anew() {
    let folder = tempfile::tempdir().unwrap();
    let unfinished = folder.path().join("postgres.new/tmp/pglite/base");
    std::fs::create_dir_all(&unfinished).unwrap();
    std::fs::write(unfinished.join("PG_VERSION"), "17\n").unwrap();
    let database = open(folder.path()).await.unwrap();
    assert_eq!(number(database.pool(), "select 1::int8").await, 1);
    assert!(!folder.path().join("postgres.new").exists());
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_client_that_breaks_the_protocol_does_not_take_the_server_down() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await.unwrap();
    execute(
        database.pool(),
        "create table kept as select 42::int8 as answer",
    )
    .await;
    let socket = folder.path().join("postgres/.s.PGSQL.5432");
    // Waits in the queue until the pool's connection is gone.
    let mut stranger = UnixStream::connect(socket).unwrap();
    stranger.write_all(&[0, 0, 0, 1, 2, 3, 4, 5]).unwrap();
    let client = database.pool().get().await.unwrap();
    drop(Client::take(client));
    assert_eq!(number(database.pool(), "select answer from kept").await, 42);
    database.close().await.unwrap();
}

#[tokio::test]
async fn maintenance_vacuums_changed_tables_and_bounds_the_log() {
    let database = TestDatabase::embedded_unmigrated().await;
    let pool = database.pool();
    let rows = "create table t as select i, repeat('x', 500) from generate_series(1, 80000) i;
                delete from t where i % 2 = 0";
    execute(pool, rows).await;
    let unknown = number(
        pool,
        "select reltuples::int8 from pg_class where relname = 't'",
    )
    .await;
    assert_eq!(unknown, -1);
    let done = maintain(pool).await.unwrap();
    assert_eq!(done.tables, ["public.t"]);
    assert!(done.checkpoint);
    let known = number(
        pool,
        "select reltuples::int8 from pg_class where relname = 't'",
    )
    .await;
    assert_eq!(known, 40_000);
    let log = "select sum(size)::int8 from pg_ls_waldir()";
    assert!(number(pool, log).await <= 96 << 20);
    assert_eq!(maintain(pool).await.unwrap(), Maintained::default());
}

#[tokio::test]
async fn killing_the_process_loses_no_committed_row() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "embedded::a_child_writes_until_it_is_killed"])
            .args(["--ignored", "--nocapture"])
            .env(CHILD_DATA_DIR, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let committed = lines
            .filter_map(|line| {
                line.unwrap()
                    .strip_prefix("committed ")?
                    .parse::<i64>()
                    .ok()
            })
            .nth(150)
            .unwrap();
        // SIGKILL
        child.kill().unwrap();
        child.wait().unwrap();
        let database = open(folder.path()).await.unwrap();
        let rows = number(database.pool(), "select count(*) from rows").await;
        assert!(rows >= committed, "{rows} rows, {committed} committed");
        let sum = number(
            database.pool(),
            "select coalesce(sum(id), 0)::int8 from rows",
        )
        .await;
        assert_eq!(sum, rows * (rows + 1) / 2);
        database.close().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "not a test: the process that another test kills"]
async fn a_child_writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(CHILD_DATA_DIR) else {
        return;
    };
    let database = open(Path::new(&folder)).await.unwrap();
    execute(
        database.pool(),
        "create table if not exists rows (id int8 primary key)",
    )
    .await;
    loop {
        let insert = "insert into rows select count(*) + 1 from rows returning id";
        println!("committed {}", number(database.pool(), insert).await);
    }
}
