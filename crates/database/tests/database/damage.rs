//! A damaged data dir is refused with its reason, is left as it is, and opens again when mended.

use std::fs;
use std::path::{Path, PathBuf};

use tidemark_database::{DatabaseError, EmbeddedError};

use crate::embedded::{execute, number, open};

const CONTROL: &str = "postgres/tmp/pglite/base/global/pg_control";
const VERSION: &str = "postgres/tmp/pglite/base/PG_VERSION";

async fn data_dir_with_a_row() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await.unwrap();
    execute(
        database.pool(),
        "create table kept as select 42::int8 as answer",
    )
    .await;
    database.close().await.unwrap();
    folder
}

async fn refusal(data_dir: &Path) -> EmbeddedError {
    match open(data_dir).await.unwrap_err() {
        DatabaseError::Embedded(error) => error,
        other @ DatabaseError::Connect(_) => panic!("{other}"),
    }
}

/// Does a damage to one file, expects the refusal, undoes it, and expects the row.
async fn damaged(data_dir: &Path, file: &str, damage: Damage) -> EmbeddedError {
    let path = data_dir.join(file);
    let sound = fs::read(&path).unwrap();
    damage(&path);
    let error = refusal(data_dir).await;
    fs::write(&path, sound).unwrap();
    let database = open(data_dir).await.unwrap();
    assert_eq!(number(database.pool(), "select answer from kept").await, 42);
    database.close().await.unwrap();
    error
}

type Damage = fn(&Path);

fn remove(path: &Path) {
    fs::remove_file(path).unwrap();
}

fn empty(path: &Path) {
    fs::write(path, "").unwrap();
}

fn flip_a_byte(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes[100] ^= 0xff;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_data_dir_is_refused_with_the_reason_and_never_made_anew() {
    let folder = data_dir_with_a_row().await;
    let data_dir = folder.path();
    let damages: [(&str, Damage, &str); 5] = [
        (VERSION, remove, "PG_VERSION cannot be read"),
        (VERSION, empty, "PG_VERSION holds no version"),
        (CONTROL, remove, "global/pg_control cannot be read"),
        (
            CONTROL,
            empty,
            "global/pg_control has 0 bytes instead of 8192",
        ),
        (CONTROL, flip_a_byte, "incorrect checksum in control file"),
    ];
    for (file, damage, expected) in damages {
        let error = damaged(data_dir, file, damage).await;
        assert!(matches!(error, EmbeddedError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_data_dir_of_another_postgres_is_refused_with_both_versions() {
    let folder = data_dir_with_a_row().await;
    let error = damaged(folder.path(), VERSION, |path| {
        fs::write(path, "16\n").unwrap();
    })
    .await;
    let sentence = error.to_string();
    assert!(
        sentence.contains("written by Postgres 16, this program embeds 17"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_missing_folder_or_log_is_refused_and_the_rest_is_left_alone() {
    let folder = data_dir_with_a_row().await;
    let data = folder.path().join("postgres/tmp/pglite/base");
    let aside = folder.path().join("aside");
    for (name, expected) in [
        ("base", "its folder base is missing"),
        ("pg_xact", "its folder pg_xact is missing"),
    ] {
        fs::rename(data.join(name), &aside).unwrap();
        let error = refusal(folder.path()).await;
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!data.join(name).exists());
        fs::rename(&aside, data.join(name)).unwrap();
    }
    fs::rename(data.join("pg_wal"), &aside).unwrap();
    fs::create_dir(data.join("pg_wal")).unwrap();
    let error = refusal(folder.path()).await;
    assert!(error.to_string().contains("checkpoint record"), "{error}");
    fs::remove_dir_all(data.join("pg_wal")).unwrap();
    fs::rename(&aside, data.join("pg_wal")).unwrap();
    let database = open(folder.path()).await.unwrap();
    assert_eq!(number(database.pool(), "select answer from kept").await, 42);
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_foreign_folder_in_the_place_of_the_cluster_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let letter: PathBuf = folder.path().join("postgres/letter.txt");
    fs::create_dir(folder.path().join("postgres")).unwrap();
    fs::write(&letter, "dear all").unwrap();
    let error = refusal(folder.path()).await;
    assert!(matches!(error, EmbeddedError::Damaged { .. }), "{error}");
    assert_eq!(fs::read_to_string(letter).unwrap(), "dear all");
}
