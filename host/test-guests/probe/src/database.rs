//! Statements that a test wants to be run.

use spin_sdk::pg4::{Connection, DbValue, ParameterValue, PgError, QueryError};
use tidemark_ports::PREAMBLE;

fn address() -> String {
    spin_sdk::variables::get("database_url").expect("a declared variable")
}

/// Runs a script, a command a line, and gives what each came to: `open ADDRESS`, `reopen`,
/// `query SQL`, `execute SQL`, `act ROLE AGENCY` (what Tidemark's components say before their
/// statements), `trap`.
pub fn run(script: &str) -> String {
    let mut connection = None;
    let mut results = Vec::new();
    for line in script.lines() {
        let (command, argument) = line.split_once(' ').unwrap_or((line, ""));
        results.push(match command {
            "open" => match Connection::open(argument) {
                Ok(opened) => {
                    connection = Some(opened);
                    "opened".to_owned()
                }
                Err(error) => failure(&error),
            },
            "reopen" => {
                connection = None;
                "closed".to_owned()
            }
            "trap" => panic!("asked to"),
            _ => {
                let connection = connection.get_or_insert_with(|| {
                    Connection::open(&address()).expect("an allowed address")
                });
                statement(connection, command, argument)
            }
        });
    }
    results.join("\n")
}

fn statement(connection: &Connection, command: &str, sql: &str) -> String {
    if command == "execute" {
        return match connection.execute(sql, &[]) {
            Ok(count) => format!("changed {count}"),
            Err(error) => failure(&error),
        };
    }
    let result = if command == "act" {
        let names = sql
            .split(' ')
            .map(|name| ParameterValue::Str(name.to_owned()));
        connection.query(PREAMBLE, &names.collect::<Vec<_>>())
    } else {
        connection.query(sql, &[])
    };
    match result {
        Ok(result) => {
            let columns: Vec<&str> = result.columns.iter().map(|column| &*column.name).collect();
            let rows: Vec<String> = result.rows.iter().map(|row| shown(row)).collect();
            format!("{} [{}]", columns.join(","), rows.join(";"))
        }
        Err(error) => failure(&error),
    }
}

fn shown(row: &[DbValue]) -> String {
    let values: Vec<String> = row.iter().map(|value| format!("{value:?}")).collect();
    values.join(",")
}

pub fn failure(error: &PgError) -> String {
    match error {
        PgError::QueryFailed(QueryError::DbError(error)) => {
            let mut extras: Vec<&str> = error.extras.iter().map(|(name, _)| &**name).collect();
            extras.sort_unstable();
            format!(
                "error {} {} {:?} detail={:?} extras={}",
                error.code,
                error.severity,
                error.message,
                error.detail,
                extras.join(",")
            )
        }
        other => format!("error {other:?}"),
    }
}

/// Opens as many connections as the query says and keeps them.
pub fn connections(count: &str) -> String {
    let count: usize = count.parse().expect("a number");
    let opened: Vec<_> = (0..count).map(|_| Connection::open(&address())).collect();
    match opened.iter().find_map(|opened| opened.as_ref().err()) {
        Some(error) => failure(error),
        None => "all open".to_owned(),
    }
}
