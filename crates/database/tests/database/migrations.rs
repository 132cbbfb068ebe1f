//! The schema's history on both servers.

use tidemark_database::migrations::{Migrations, latest, migrate, status};
use tidemark_database::testing::{TestDatabase, for_each_database, for_each_unmigrated_database};
use tidemark_database::{MigrateError, Pool};

const PETS: (&str, &str) = ("0001_pets.sql", "create table pets (name text primary key)");
const TOYS: (&str, &str) = ("0002_toys.sql", "create table toys (name text primary key)");

fn files<const COUNT: usize>(files: [(&str, &str); COUNT]) -> Migrations {
    Migrations::new(files).unwrap()
}

/// The numbers of the program's own files.
fn own_numbers() -> Vec<i32> {
    let migrations = Migrations::embedded().unwrap();
    migrations.files().iter().map(|file| file.version).collect()
}

async fn count(pool: &Pool, query: &str) -> i64 {
    let client = pool.get().await.unwrap();
    client.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn an_empty_database_gets_every_file_once() {
    for_each_unmigrated_database(async |database| {
        let pool = database.pool();
        assert_eq!(status(pool).await.unwrap().current, 0);
        let applied = migrate(pool).await.unwrap();
        let numbers: Vec<i32> = applied.iter().map(|one| one.version).collect();
        assert_eq!(numbers, own_numbers());
        assert_eq!(migrate(pool).await.unwrap(), []);
        let after = status(pool).await.unwrap();
        assert_eq!(after.current, latest());
        assert!(after.is_current() && after.migrated_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_test_database_is_migrated_already() {
    for_each_database(async |database| {
        assert!(status(database.pool()).await.unwrap().is_current());
    })
    .await;
}

#[tokio::test]
async fn instants_survive_the_way_through_the_schema_to_the_microsecond() {
    for_each_database(async |database| {
        let client = database.pool().get().await.unwrap();
        for micros in [0, 1, -1, 1_780_000_000_123_457, 4_102_444_799_999_999_i64] {
            let back = "select micros_of(instant_of($1))";
            let row = client.query_one(back, &[&micros]).await.unwrap();
            assert_eq!(row.get::<_, i64>(0), micros);
        }
    })
    .await;
}

#[tokio::test]
async fn asking_for_the_status_changes_nothing() {
    for_each_unmigrated_database(async |database| {
        let pending = status(database.pool()).await.unwrap().pending;
        assert_eq!(pending.len(), own_numbers().len());
        let tables = "select count(*) from pg_tables where schemaname = 'public'";
        assert_eq!(count(database.pool(), tables).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_later_file_is_applied_to_a_database_in_use() {
    for_each_unmigrated_database(async |database| {
        let pool = database.pool();
        files([PETS]).apply(pool).await.unwrap();
        let applied = files([PETS, TOYS]).apply(pool).await.unwrap();
        assert_eq!(applied.len(), 1);
        assert_eq!(applied[0].file, "0002_toys.sql");
    })
    .await;
}

#[tokio::test]
async fn an_edited_file_is_refused_by_name() {
    for_each_unmigrated_database(async |database| {
        let pool = database.pool();
        files([PETS, TOYS]).apply(pool).await.unwrap();
        let edited = files([PETS, ("0002_toys.sql", "create table toys (name int)")]);
        for error in [
            edited.apply(pool).await.unwrap_err(),
            edited.status(pool).await.unwrap_err(),
        ] {
            assert!(matches!(error, MigrateError::Edited { .. }), "{error}");
            assert!(error.to_string().contains("0002_toys.sql"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_newer_than_the_program_is_refused() {
    for_each_unmigrated_database(async |database| {
        let pool = database.pool();
        files([PETS, TOYS]).apply(pool).await.unwrap();
        let error = files([PETS]).apply(pool).await.unwrap_err();
        assert!(
            matches!(
                error,
                MigrateError::DatabaseNewer {
                    database: 2,
                    program: 1
                }
            ),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_lost_record_is_refused() {
    for_each_unmigrated_database(async |database| {
        let pool = database.pool();
        files([PETS, TOYS]).apply(pool).await.unwrap();
        let client = pool.get().await.unwrap();
        let loss = "delete from schema_migrations where version = 1";
        client.batch_execute(loss).await.unwrap();
        drop(client);
        let error = files([PETS, TOYS]).apply(pool).await.unwrap_err();
        assert!(
            matches!(error, MigrateError::HistoryGap { version: 1 }),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_failing_file_is_named_with_its_line_and_leaves_nothing_behind() {
    for_each_unmigrated_database(async |database| {
        let pool = database.pool();
        let broken = "create table toys (name text);\n\ncreate table pets (nonsense);";
        let set = files([PETS, ("0002_toys.sql", broken)]);
        let sentence = set.apply(pool).await.unwrap_err().to_string();
        assert!(
            sentence.starts_with("migration 0002_toys.sql failed in line 3: "),
            "{sentence}"
        );
        assert!(sentence.contains("SQLSTATE 42601"), "{sentence}");
        assert_eq!(set.status(pool).await.unwrap().current, 1);
        let toys = "select count(*) from pg_tables where tablename = 'toys'";
        assert_eq!(count(pool, toys).await, 0);
        // The connection is fit for use, and the mended file goes through.
        assert_eq!(files([PETS, TOYS]).apply(pool).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn migrators_at_the_same_time_apply_every_file_once_between_them() {
    for_each_unmigrated_database(async |database| {
        let migrators: Vec<_> = (0..4)
            .map(|_| {
                let pool = database.pool().clone();
                tokio::spawn(async move { migrate(&pool).await.unwrap() })
            })
            .collect();
        let mut applied = Vec::new();
        for migrator in migrators {
            applied.extend(migrator.await.unwrap().into_iter().map(|one| one.version));
        }
        applied.sort_unstable();
        assert_eq!(applied, own_numbers());
    })
    .await;
}

#[tokio::test]
async fn two_test_databases_share_nothing() {
    let (Some(one), Some(other)) = (TestDatabase::native().await, TestDatabase::native().await)
    else {
        return;
    };
    let client = one.pool().get().await.unwrap();
    client
        .batch_execute("create table only_here ()")
        .await
        .unwrap();
    let tables = "select count(*) from pg_tables where tablename = 'only_here'";
    assert_eq!(count(other.pool(), tables).await, 0);
}
