//! What a person reads when there is no connection.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use tidemark_database::testing::TestDatabase;
use tidemark_database::{ConnectError, Database, DatabaseChoice, Pool, PoolOptions};
use tidemark_domain::Secret;

async fn refusal_of(url: &str) -> String {
    let choice = DatabaseChoice::Url(Secret::new(url));
    Database::open(choice).await.unwrap_err().to_string()
}

/// A port where nothing listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test]
async fn an_unreachable_server_is_named_with_the_mend_and_without_the_password() {
    let port = closed_port();
    let sentence = refusal_of(&format!("postgres://ann:hunter2@127.0.0.1:{port}/ledger")).await;
    assert!(
        sentence.starts_with(&format!("no Postgres answers at 127.0.0.1:{port}/ledger: ")),
        "{sentence}"
    );
    assert!(sentence.contains("start the server or correct the database URL"));
    assert!(!sentence.contains("hunter2"));
}

#[tokio::test]
async fn a_server_that_accepts_and_stays_silent_is_given_up() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let options = PoolOptions {
        connect_timeout: Duration::from_millis(100),
        ..PoolOptions::default()
    };
    let url = Secret::new(format!("postgres://ann:hunter2@127.0.0.1:{port}/ledger"));
    let pool = Pool::from_url(&url, options).unwrap();
    let error = pool.get().await.unwrap_err();
    assert!(matches!(error, ConnectError::Slow { .. }), "{error}");
}

#[tokio::test]
async fn a_connection_that_never_becomes_free_is_an_error_and_not_a_hang() {
    let database = TestDatabase::embedded_unmigrated().await;
    let options = PoolOptions {
        max_size: 1,
        wait_timeout: Duration::from_millis(50),
        ..PoolOptions::default()
    };
    // The pool's own connection must go first: the embedded server has only one.
    database.pool().close();
    let pool = Pool::from_url(database.url(), options).unwrap();
    let held = pool.get().await.unwrap();
    let error = pool.get().await.unwrap_err();
    assert!(matches!(error, ConnectError::Busy { .. }), "{error}");
    drop(held);
    assert!(pool.get().await.is_ok());
}

#[tokio::test]
async fn a_missing_database_and_a_missing_user_are_told_apart() {
    let Some(database) = TestDatabase::native_unmigrated().await else {
        return;
    };
    let url = database.url().expose();
    let (server, _) = url.rsplit_once('/').unwrap();
    let sentence = refusal_of(&format!("{server}/nowhere")).await;
    assert!(sentence.contains("SQLSTATE 3D000"), "{sentence}");
    assert!(sentence.contains("create the database"), "{sentence}");
    let (_, host) = server.split_once('@').unwrap();
    let sentence = refusal_of(&format!("postgres://nobody:hunter2@{host}/postgres")).await;
    assert!(sentence.contains("correct user and password"), "{sentence}");
    assert!(!sentence.contains("hunter2"), "{sentence}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_when_the_url_requires_it() {
    let Some(database) = TestDatabase::native_unmigrated().await else {
        return;
    };
    let plain = database.url().expose().trim_end_matches('?');
    let sentence = refusal_of(&format!("{plain}?sslmode=require")).await;
    assert!(sentence.contains("does not support TLS"), "{sentence}");
}

#[tokio::test]
async fn a_file_that_holds_no_certificates_is_refused() {
    let url = "postgres://ann@127.0.0.1/ledger?sslmode=verify-full&sslrootcert=/dev/null";
    let sentence = refusal_of(url).await;
    assert!(sentence.contains("sslrootcert=/dev/null"), "{sentence}");
}

#[tokio::test]
async fn debug_output_of_pool_and_choice_holds_no_password() {
    let url = Secret::new("postgres://ann:hunter2@127.0.0.1/ledger");
    let pool = Pool::from_url(&url, PoolOptions::default()).unwrap();
    let choice = DatabaseChoice::Url(url);
    let text = format!("{pool:?} {:?} {choice:?}", pool.inner());
    assert!(
        text.contains("ledger") && !text.contains("hunter2"),
        "{text}"
    );
}
