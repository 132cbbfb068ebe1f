//! Statements on the embedded and on a native Postgres.

use std::net::{Ipv4Addr, TcpListener};

use tidemark_database::testing::{TestDatabase, for_each_database};
use tidemark_database::{Pool, PoolOptions};
use tidemark_domain::Secret;
use tidemark_native::SqlPool;
use tidemark_ports::{Row, Sql, SqlError, Value};
use uuid::Uuid;

fn sql(database: &TestDatabase) -> SqlPool {
    SqlPool::new(database.pool().clone())
}

async fn rows_of(sql: &SqlPool, statement: &str, parameters: &[Value]) -> Vec<Row> {
    sql.query(statement, parameters).await.unwrap()
}

/// Changes the schema, which no actor may.
async fn define(sql: &SqlPool, statement: &str) {
    let client = sql.pool().get().await.unwrap();
    client.batch_execute(statement).await.unwrap();
}

async fn code_of(sql: &SqlPool, statement: &str, parameters: &[Value]) -> String {
    match sql.query(statement, parameters).await.unwrap_err() {
        SqlError::Refused { code, .. } => code,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_type_comes_back_as_it_went() {
    let values = [
        ("bool", Value::Bool(true)),
        ("bool", Value::Bool(false)),
        ("int4", Value::Int4(i32::MIN)),
        ("int4", Value::Int4(i32::MAX)),
        ("int8", Value::Int8(i64::MIN)),
        ("int8", Value::Int8(i64::MAX)),
        ("text", Value::Text(String::new())),
        ("text", Value::Text("Zoë 🌊 'quoted' \\ line\nbreak".into())),
        ("varchar", Value::Text("varying".into())),
        ("char(3)", Value::Text("abc".into())),
        ("uuid", Value::Uuid(Uuid::from_u128(0x1234_5678_9abc_def0))),
        (
            "jsonb",
            Value::Json(r#"{"a": [1, 2.50, null], "b": "ü"}"#.into()),
        ),
        ("jsonb", Value::Json(b"null".into())),
        ("bytea", Value::Bytes(vec![])),
        ("bytea", Value::Bytes((0..=255).collect())),
        ("int8[]", Value::Int8Array(vec![])),
        ("int8[]", Value::Int8Array(vec![i64::MIN, 0, i64::MAX])),
        ("text[]", Value::TextArray(vec![])),
        (
            "text[]",
            Value::TextArray(vec!["a,b".into(), "{\"c\"}".into(), String::new()]),
        ),
    ];
    for_each_database(async |database| {
        let sql = sql(database);
        for (type_, value) in &values {
            let statement = format!("select $1::{type_}, null::{type_}");
            let rows = rows_of(&sql, &statement, std::slice::from_ref(value)).await;
            assert_eq!(
                rows,
                [Row::new(vec![value.clone(), Value::Null])],
                "{type_}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn null_can_be_bound_to_every_type() {
    for_each_database(async |database| {
        let sql = sql(database);
        for type_ in [
            "bool", "int4", "int8", "text", "uuid", "jsonb", "bytea", "int8[]", "text[]",
        ] {
            let statement = format!("select $1::{type_} is null");
            let rows = rows_of(&sql, &statement, &[Value::Null]).await;
            assert_eq!(rows[0].get(0), Ok(true), "{type_}");
        }
        // Types that cannot be carried can still be set to null.
        let rows = rows_of(&sql, "select $1::timestamptz is null", &[Value::Null]).await;
        assert_eq!(rows[0].get(0), Ok(true));
    })
    .await;
}

#[tokio::test]
async fn a_column_that_cannot_be_carried_is_named_with_its_type() {
    for_each_database(async |database| {
        let sql = sql(database);
        for (expression, type_) in [
            ("1.5::numeric", "numeric"),
            ("now()", "timestamptz"),
            ("current_date", "date"),
            ("1::float8", "float8"),
            ("array[1]::int4[]", "_int4"),
        ] {
            let statement = format!("select 1, {expression}");
            let SqlError::Shape { column, found, .. } =
                sql.query(&statement, &[]).await.unwrap_err()
            else {
                panic!("{expression}");
            };
            assert_eq!(
                (column, found),
                (1, format!("{type_}; cast it in the statement"))
            );
        }
        let error = sql
            .query("select array[1, null]::int8[]", &[])
            .await
            .unwrap_err();
        assert!(
            matches!(error, SqlError::Shape { column: 0, .. }),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_parameter_of_another_type_is_refused_before_it_is_sent() {
    for_each_database(async |database| {
        let sql = sql(database);
        let error = sql
            .query(
                "select $1::text, $2::int8",
                &[Value::Text("a".into()), Value::Int4(1)],
            )
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the database refused a statement (SQLSTATE 42804): parameter $2 is int4, the \
             statement expects int8; write a cast in the statement"
        );
        assert_eq!(code_of(&sql, "select $1::int8", &[]).await, "08P01");
        let two = [Value::Int8(1), Value::Int8(2)];
        assert_eq!(code_of(&sql, "select $1::int8", &two).await, "08P01");
    })
    .await;
}

#[tokio::test]
async fn a_refusal_carries_its_sqlstate_and_spares_the_connection() {
    for_each_database(async |database| {
        let sql = sql(database);
        define(&sql, "create table pets (name text primary key)").await;
        let add = "insert into pets values ($1) returning name";
        let rex = [Value::Text("Rex".into())];
        assert_eq!(
            rows_of(&sql, add, &rex).await[0].get(0),
            Ok("Rex".to_owned())
        );
        assert_eq!(code_of(&sql, add, &rex).await, "23505");
        assert_eq!(
            code_of(&sql, "select nonsense from pets", &[]).await,
            "42703"
        );
        assert_eq!(code_of(&sql, "selekt 1", &[]).await, "42601");
        assert_eq!(
            code_of(&sql, "select 1 / $1::int4", &[Value::Int4(0)]).await,
            "22012"
        );
        let count = rows_of(&sql, "select count(*) from pets", &[]).await;
        assert_eq!(count[0].get(0), Ok(1_i64));
    })
    .await;
}

#[tokio::test]
async fn a_statement_is_prepared_once_and_again_when_the_table_changes() {
    for_each_database(async |database| {
        let options = PoolOptions {
            max_size: 1,
            ..PoolOptions::default()
        };
        // One connection, to see its statements; the embedded server has only one anyway.
        database.pool().close();
        let sql = SqlPool::new(Pool::from_url(database.url(), options).unwrap());
        define(&sql, "create table pets (name text)").await;
        rows_of(&sql, "insert into pets values ('Rex')", &[]).await;
        let all = "select * from pets";
        for _ in 0..3 {
            assert_eq!(
                rows_of(&sql, all, &[]).await[0].get(0),
                Ok("Rex".to_owned())
            );
        }
        let prepared = "select count(*) from pg_prepared_statements where statement = $1";
        let count = rows_of(&sql, prepared, &[Value::Text(all.into())]).await;
        assert_eq!(count[0].get(0), Ok(1_i64));
        define(&sql, "alter table pets add column age int8 default 3").await;
        assert_eq!(rows_of(&sql, all, &[]).await[0].get(1), Ok(3_i64));
    })
    .await;
}

#[tokio::test]
async fn statements_at_the_same_time_share_the_connections() {
    for_each_database(async |database| {
        let sql = sql(database);
        let queries = (0..20_i64).map(|number| {
            let sql = sql.clone();
            tokio::spawn(async move {
                let rows = sql.query("select $1::int8", &[Value::Int8(number)]).await;
                rows.unwrap()[0].get::<i64>(0).unwrap()
            })
        });
        for (expected, query) in (0..).zip(queries.collect::<Vec<_>>()) {
            assert_eq!(query.await.unwrap(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn an_unreachable_database_is_told_apart_from_a_refusal() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = Secret::new(format!("postgres://ann:hunter2@127.0.0.1:{port}/ledger"));
    let sql = SqlPool::new(Pool::from_url(&url, PoolOptions::default()).unwrap());
    let error = sql.query("select 1", &[]).await.unwrap_err();
    assert!(matches!(error, SqlError::Unreachable(_)), "{error}");
    assert!(
        error
            .to_string()
            .contains(&format!("127.0.0.1:{port}/ledger"))
    );
    assert!(!error.to_string().contains("hunter2"));
}

#[tokio::test]
async fn a_server_that_ends_the_connection_is_unreachable_and_then_back() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let sql = sql(&database);
    // No actor may end a connection by itself.
    let end = "create function end_connection() returns boolean language sql security definer
               return pg_terminate_backend(pg_backend_pid())";
    define(&sql, end).await;
    let error = sql.query("select end_connection()", &[]).await.unwrap_err();
    assert!(matches!(error, SqlError::Unreachable(_)), "{error}");
    assert_eq!(rows_of(&sql, "select 1", &[]).await[0].get(0), Ok(1_i32));
}

#[tokio::test]
async fn a_database_without_the_actors_roles_runs_nothing_and_says_what_to_do() {
    let Some(database) = TestDatabase::native_unmigrated().await else {
        return;
    };
    let sql = sql(&database);
    define(&sql, "create table pets (name text)").await;
    // Roles belong to the cluster, so another test may have made them; rights to a table do not.
    let error = sql.query("insert into pets values ('Rex')", &[]).await;
    assert!(matches!(error, Err(SqlError::Refused { .. })), "{error:?}");
    let client = database.pool().get().await.unwrap();
    let row = client
        .query_one("select count(*) from pets", &[])
        .await
        .unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
}
