//! Postgres for components: every type, every error, and nothing left behind.

mod acting;

use std::sync::Arc;
use std::time::Duration;

use tidemark::runtime::{DatabasePools, PoolsByAddress};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::host::{Host, Setup};
use crate::support::postgres::{ADDRESS, Database};

const KEYS: &str = r#"
    variables = { database_url = "{{ database_url }}" }
    allowed_outbound_hosts = ["postgres://*:*"]
"#;

/// The probe with one connection to a database.
fn setup(databases: Arc<dyn DatabasePools>) -> Setup {
    Setup::probe(KEYS)
        .with_lines("[variables]\ndatabase_url = { required = true, secret = true }")
        .with_variable("database_url", ADDRESS)
        .with_databases(databases)
}

/// The same, started, on each server that there is.
async fn for_each_server(test: impl AsyncFn(Host)) {
    let embedded = Database::embedded().await;
    test(setup(embedded.one_connection(false)).start().await).await;
    on_native_server(test).await;
}

/// The same on a native server only: the embedded one takes long to start, and what these tests
/// look at does not depend on the server.
async fn on_native_server(test: impl AsyncFn(Host)) {
    if let Some(native) = Database::native().await {
        test(setup(native.one_connection(true)).start().await).await;
    }
}

/// Has the probe run a script on a connection of its own.
async fn run(host: &Host, script: &str) -> Vec<String> {
    let answer = host.post("/script", script.to_owned()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().lines().map(str::to_owned).collect()
}

async fn run_one(host: &Host, statement: &str) -> String {
    run(host, statement).await.remove(0)
}

#[tokio::test]
async fn every_type_comes_back_as_it_was_sent() {
    for_each_server(async |host| {
        let host = &host;
        let answer = host.get("/types").await;
        let lines: Vec<&str> = answer.text().lines().collect();
        assert_eq!(lines.len(), 27);
        for line in lines {
            assert!(line.ends_with(": same"), "{line}");
        }
    })
    .await;
}

#[tokio::test]
async fn results_have_the_shape_of_spin_s() {
    on_native_server(async |host| {
        let host = &host;
        for (statement, result) in [
            (
                "query select 1 as a, 'x'::text as b",
                r#"a,b [DbValue::Int32(1),DbValue::Str("x")]"#,
            ),
            ("query select 1 as a where false", " []"),
            (
                "query select '[1]'::json as a",
                "a [DbValue::Unsupported([91, 49, 93])]",
            ),
            ("execute create table shapes (a int)", "changed 0"),
            ("execute insert into shapes values (1), (2)", "changed 2"),
            (
                "query insert into shapes values (3) returning a",
                "a [DbValue::Int32(3)]",
            ),
        ] {
            assert_eq!(run_one(host, statement).await, result);
        }
        let unreadable = run_one(host, "query select now()").await;
        assert!(
            unreadable.starts_with("error Error::QueryFailed(QueryError::Text("),
            "{unreadable}"
        );
        assert!(unreadable.contains("Timestamptz"), "{unreadable}");
    })
    .await;
}

#[tokio::test]
async fn errors_of_the_database_come_with_their_fields() {
    on_native_server(async |host| {
        let host = &host;
        run_one(
            host,
            "execute create table unique_things (a int primary key)",
        )
        .await;
        let lines = run(
            host,
            "execute insert into unique_things values (1)\n\
             execute insert into unique_things values (1)\n\
             query select * from nothing",
        )
        .await;
        assert_eq!(
            lines[1],
            "error 23505 ERROR \"duplicate key value violates unique constraint \
             \\\"unique_things_pkey\\\"\" detail=Some(\"Key (a)=(1) already exists.\") \
             extras=constraint,file,line,routine,schema,table"
        );
        assert!(lines[2].starts_with("error 42P01 ERROR"), "{}", lines[2]);
    })
    .await;
}

#[tokio::test]
async fn values_that_are_not_what_they_claim_are_refused() {
    on_native_server(async |host| {
        let host = &host;
        let answer = host.get("/bad-values").await;
        let lines: Vec<&str> = answer.text().lines().collect();
        assert_eq!(lines.len(), 16);
        for (line, expected) in lines.iter().zip([
            "BadParameter(\"invalid date y=2026, m=2, d=30\")",
            "ValueConversionFailed(\"invalid date y=2026, m=2, d=30\")",
            "BadParameter(\"invalid time 25:0:0:0\")",
            "ValueConversionFailed(\"invalid time 25:0:0:0\")",
            "BadParameter(\"invalid UUID no\\n\\nCaused by:",
            "ValueConversionFailed(\"invalid UUID no\\n\\nCaused by:",
            "BadParameter(\"invalid JSON {\\n\\nCaused by:",
            "ValueConversionFailed(\"invalid JSON {\\n\\nCaused by:",
            "BadParameter(\"invalid decimal 1e\\n\\nCaused by:",
            "ValueConversionFailed(\"invalid decimal 1e\\n\\nCaused by:",
            "BadParameter(\"invalid decimal x\\n\\nCaused by:",
            "ValueConversionFailed(\"invalid decimal x\\n\\nCaused by:",
            "BadParameter(\"invalid epoch timestamp",
            "ValueConversionFailed(\"invalid epoch timestamp",
            "QueryFailed(QueryError::Text(\"Error { kind: ToSql(0)",
            "QueryFailed(QueryError::Text(\"Error { kind: ToSql(0)",
        ]) {
            assert!(line.contains(expected), "{line} lacks {expected}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_transaction_ends_with_its_component() {
    for_each_server(async |host| {
        let host = &host;
        run_one(host, "execute create table rows_of (name text)").await;

        let trapped = host
            .post(
                "/script",
                "execute begin\nexecute insert into rows_of values ('trap')\ntrap",
            )
            .await;
        assert_eq!(trapped.status, 500);
        let left = run(
            host,
            "execute begin\nexecute insert into rows_of values ('left')",
        )
        .await;
        assert_eq!(left, ["changed 0", "changed 1"]);
        let committed = run(
            host,
            "execute begin\nexecute insert into rows_of values ('kept')\nexecute commit",
        )
        .await;
        assert_eq!(committed.len(), 3);

        let rows = run_one(host, "query select name from rows_of").await;
        assert_eq!(rows, r#"name [DbValue::Str("kept")]"#);
    })
    .await;
}

#[tokio::test]
async fn nothing_else_of_a_session_is_left_either() {
    for_each_server(async |host| {
        let host = &host;
        let lines = run(
            host,
            "execute set application_name = 'somebody'\n\
             query select set_config('tidemark.agency', 'a', false)\n\
             query select pg_try_advisory_lock(7)\n\
             execute create temp table secrets (a int)\n\
             execute listen news\n\
             execute prepare mine as select 1\n\
             query select pg_backend_pid() as pid",
        )
        .await;
        assert!(lines.iter().all(|line| !line.starts_with("error")), "{lines:#?}");
        let after = run(
            host,
            "query select pg_backend_pid() as pid\n\
             query select current_setting('application_name') <> 'somebody' as a\n\
             query select coalesce(current_setting('tidemark.agency', true), '') = '' as a\n\
             query select count(*) = 0 as a from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()\n\
             query select to_regclass('secrets') is null as a\n\
             query select count(*) = 0 as a from pg_listening_channels()",
        )
        .await;
    assert_eq!(after[0], lines[6], "the same connection is used again");
        for line in &after[1..] {
            assert_eq!(line, "a [DbValue::Boolean(true)]", "{after:#?}");
        }
    })
    .await;
}

#[tokio::test]
async fn plain_statements_cost_no_reset_and_are_prepared_once() {
    let Some(database) = Database::native().await else {
        return;
    };
    let host = setup(database.one_connection(true)).start().await;
    let pid = run_one(&host, "query select pg_backend_pid() as pid").await;
    let pid: i32 = pid
        .trim_start_matches("pid [DbValue::Int32(")
        .trim_end_matches(")]")
        .parse()
        .unwrap();
    let prepared =
        "query select count(*) as n from pg_prepared_statements where statement like 'select 7%'";
    for _ in 0..3 {
        run_one(&host, "query select 7 as seven").await;
    }
    assert_eq!(run_one(&host, prepared).await, "n [DbValue::Int64(1)]");
    run_one(&host, "query select 7 as seven").await;
    assert_eq!(database.last_statement(pid).await, "select 7 as seven");
}

#[tokio::test]
async fn a_change_of_a_table_does_not_break_what_was_prepared() {
    on_native_server(async |host| {
        let host = &host;
        run_one(host, "execute create table growing (a int)").await;
        run_one(host, "execute insert into growing values (1)").await;
        let before = run_one(host, "query select * from growing").await;
        assert_eq!(before, "a [DbValue::Int32(1)]");
        run_one(
            host,
            "execute alter table growing add column b int default 2",
        )
        .await;
        let after = run_one(host, "query select * from growing").await;
        assert_eq!(after, "a,b [DbValue::Int32(1),DbValue::Int32(2)]");
    })
    .await;
}

/// Has the probe run a script and then sleep, and leaves when it does.
async fn leave_asleep(host: &Host, database: &Database, script: &str) {
    let script = format!("{script}query select pg_sleep(60)::text");
    let mut stream = TcpStream::connect(&host.address).await.unwrap();
    let request = format!(
        "POST /script HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{script}",
        script.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    while database.running_statements("%pg_sleep(60)%").await == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_ends_its_statement() {
    let Some(database) = Database::native().await else {
        return;
    };
    let host = setup(database.one_connection(true)).start().await;
    leave_asleep(&host, &database, "").await;
    // The pool has this one connection; the next statement waits for it.
    let next = run_one(&host, "query select 1 as a");
    let next = tokio::time::timeout(Duration::from_secs(9), next).await;
    assert_eq!(next.unwrap(), "a [DbValue::Int32(1)]");
    assert_eq!(database.running_statements("%pg_sleep(60)%").await, 0);
}

#[tokio::test]
async fn only_allowed_addresses_are_connected_to() {
    let host =
        Setup::probe(r#"allowed_outbound_hosts = ["postgres://10.0.0.1:5432", "http://*:*"]"#)
            .with_databases(Arc::new(PoolsByAddress::for_urls()))
            .start()
            .await;
    let denied = |address: &str| {
        format!("error Error::ConnectionFailed(\"address postgres://{address} is not permitted\")")
    };
    for (address, outcome) in [
        ("postgres://u:p@127.0.0.1:5432/d", denied("127.0.0.1:5432")),
        ("postgres://u:p@10.0.0.1:5433/d", denied("10.0.0.1:5433")),
        (
            "postgres://u:p@10.0.0.1,elsewhere/d",
            denied("elsewhere:5432"),
        ),
        (
            "postgres://u:p@10.0.0.1/d?hostaddr=127.0.0.1",
            denied("127.0.0.1:5432"),
        ),
        ("postgres://u:p@10.0.0.1/d", "opened".to_owned()),
        (
            "postgres://u@%2Frun%2Fpostgresql/d",
            "error Error::ConnectionFailed(\"Unix sockets are not supported on WebAssembly\")"
                .to_owned(),
        ),
    ] {
        assert_eq!(
            run_one(&host, &format!("open {address}")).await,
            outcome,
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_a_failed_connection() {
    let gone = "postgres://u:hunter2@127.0.0.1:1/d";
    let databases = Arc::new(PoolsByAddress::for_urls());
    let host = setup(databases)
        .with_variable("database_url", gone)
        .start()
        .await;
    let error = run_one(&host, "query select 1").await;
    assert!(
        error.starts_with("error Error::ConnectionFailed("),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn one_component_cannot_take_all_connections() {
    on_native_server(async |host| {
        let host = &host;
        assert_eq!(host.get("/connections?16").await.text(), "all open");
        let refused = host.get("/connections?17").await;
        assert_eq!(
            refused.text(),
            "error Error::ConnectionFailed(\"too many connections\")"
        );
    })
    .await;
}
