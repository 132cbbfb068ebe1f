//! Every table × verb × {own, other, no agency}, generated from the schema: what the roles may do.

use std::fmt::Write as _;

use tidemark_database::Client;
use tidemark_database::testing::TestDatabase;

const OWN: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const OTHER: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const NONE: &str = "";

/// Tables of no agency: each is here because somebody thought about who may read it.
/// Events of webhooks have a policy of their own: those about an agency's models are its to see.
pub const OF_NO_AGENCY: [&str; 3] = ["login_attempts", "schema_migrations", "webhook_events"];

/// Tables whose rows an agency may add and read, never change.
const ONLY_ADDED_TO: [&str; 1] = ["audit_log"];

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// it saw or changed that many rows
    Rows(u64),
    /// SQLSTATE 42501
    Denied,
}

/// The tables with an agency.
pub async fn tenant_tables(client: &Client) -> Vec<String> {
    let tables = client
        .query(
            "select table_name::text
             from information_schema.columns join information_schema.tables
                 using (table_schema, table_name)
             where table_schema = current_schema() and table_type = 'BASE TABLE'
                 and column_name = 'agency_id'
             order by table_name",
            &[],
        )
        .await
        .unwrap();
    tables.iter().map(|row| row.get(0)).collect()
}

/// Whatever differs from what should be; nothing where all is well. Takes the database for itself.
pub async fn complaints(database: &TestDatabase) -> Vec<String> {
    let client = database.pool().get().await.unwrap();
    let tables = tenant_tables(&client).await;
    prepare(&client, &tables).await;
    let mut complaints = Vec::new();
    for table in &tables {
        for (acting_for, rows_of, label) in [
            (OWN, OWN, "own"),
            (OWN, OTHER, "other"),
            (NONE, OTHER, "none"),
        ] {
            for verb in ["select", "insert", "update", "delete"] {
                let statement = statement(&client, verb, table, rows_of).await;
                let outcome = run(&client, "tidemark_tenant", acting_for, &statement).await;
                let wanted = wanted(table, verb, acting_for == rows_of);
                if outcome != wanted {
                    complaints.push(format!(
                        "{verb} {label} {table}: {outcome:?}, not {wanted:?}"
                    ));
                }
            }
        }
        let give_away = format!("update {table} set agency_id = '{OTHER}'");
        if run(&client, "tidemark_tenant", OWN, &give_away).await != Outcome::Denied {
            complaints.push(format!("rows of {table} can be given to another agency"));
        }
        gate(&client, table, &mut complaints).await;
    }
    complaints
}

fn wanted(table: &str, verb: &str, own: bool) -> Outcome {
    let unchangeable = ONLY_ADDED_TO.contains(&table) && ["update", "delete"].contains(&verb);
    match (own, verb) {
        _ if unchangeable => Outcome::Denied,
        (true, _) => Outcome::Rows(1),
        (false, "insert") => Outcome::Denied,
        (false, _) => Outcome::Rows(0),
    }
}

/// The gate may look up credentials and nothing else.
async fn gate(client: &Client, table: &str, complaints: &mut Vec<String>) {
    for verb in ["select", "insert", "update", "delete"] {
        let statement = statement(client, verb, table, OWN).await;
        let outcome = run(client, "tidemark_gate", NONE, &statement).await;
        let may = verb == "select" && ["api_tokens", "sessions"].contains(&table);
        let wanted = if may {
            Outcome::Rows(1)
        } else {
            Outcome::Denied
        };
        if outcome != wanted {
            complaints.push(format!("gate {verb} {table}: {outcome:?}, not {wanted:?}"));
        }
    }
}

/// A row of either agency in every table, whatever other constraints say.
async fn prepare(client: &Client, tables: &[String]) {
    let mut script = "set session_replication_role = replica;".to_owned();
    for table in tables {
        let checks = client
            .query(
                "select conname::text from pg_constraint
                 where contype = 'c' and conrelid = $1::text::regclass",
                &[table],
            )
            .await
            .unwrap();
        for check in checks {
            let check: String = check.get(0);
            let _ = write!(script, "alter table {table} drop constraint {check};");
        }
        for agency in [OWN, OTHER] {
            script.push_str(&statement(client, "insert", table, agency).await);
            script.push(';');
        }
    }
    client.batch_execute(&script).await.unwrap();
}

async fn statement(client: &Client, verb: &str, table: &str, agency: &str) -> String {
    match verb {
        "select" => format!("select from {table} where agency_id = '{agency}'"),
        "update" => {
            format!("update {table} set agency_id = agency_id where agency_id = '{agency}'")
        }
        "delete" => format!("delete from {table} where agency_id = '{agency}'"),
        _ => insert(client, table, agency).await,
    }
}

async fn insert(client: &Client, table: &str, agency: &str) -> String {
    let columns = client
        .query(
            "select column_name::text, data_type::text
             from information_schema.columns
             where table_schema = current_schema() and table_name = $1
                 and is_identity = 'NO' and is_generated = 'NEVER'
             order by ordinal_position",
            &[&table],
        )
        .await
        .unwrap();
    let mut names = Vec::new();
    let mut values = Vec::new();
    for column in columns {
        let (name, data_type): (String, String) = (column.get(0), column.get(1));
        let value = match (name.as_str(), data_type.as_str()) {
            ("agency_id", _) => format!("'{agency}'"),
            (_, "uuid") => "gen_random_uuid()".to_owned(),
            (_, "text") => "gen_random_uuid()::text".to_owned(),
            (_, "bytea") => "uuid_send(gen_random_uuid())".to_owned(),
            (_, "timestamp with time zone") => "now()".to_owned(),
            (_, "date") => "date '2026-01-01'".to_owned(),
            (_, "bigint" | "integer" | "smallint") => "1".to_owned(),
            (_, "boolean") => "true".to_owned(),
            (_, "jsonb" | "ARRAY") => "'{}'".to_owned(),
            (_, other) => panic!("{table}.{name} is {other}: say here what to put into it"),
        };
        names.push(name);
        values.push(value);
    }
    format!(
        "insert into {table} ({}) values ({})",
        names.join(", "),
        values.join(", ")
    )
}

/// Runs a statement as a role for an agency, and undoes it.
async fn run(client: &Client, role: &str, agency: &str, statement: &str) -> Outcome {
    // A new row makes room for itself: a key may be the agency alone.
    let room = match statement.strip_prefix("insert into ") {
        Some(rest) => format!("delete from {}", rest.split_once(' ').unwrap().0),
        None => String::new(),
    };
    let begin = format!(
        "begin; {room}; select set_config('tidemark.agency', '{agency}', true); \
         set local role {role};"
    );
    client.batch_execute(&begin).await.unwrap();
    let result = client.execute(statement, &[]).await;
    client.batch_execute("rollback").await.unwrap();
    match result {
        Ok(rows) => Outcome::Rows(rows),
        Err(error) if error.code().is_some_and(|code| code.code() == "42501") => Outcome::Denied,
        Err(error) => panic!("{statement}: {error:?}"),
    }
}
