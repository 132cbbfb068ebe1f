//! SQL through `spin:postgres@4.0.0`. A connection is held around one statement only, and the
//! preamble that tells Postgres for whom it runs.

use spin_sdk::pg4::{Connection, DbValue, ParameterValue, PgError, QueryError};
use tidemark_domain::Secret;
use tidemark_ports::{Actor, PREAMBLE, Row, SqlError, Value};
use uuid::Uuid;

/// Runs a statement for an actor on a connection of the host's pool.
pub(crate) fn query(
    database_url: &Secret,
    actor: Actor,
    statement: &str,
    parameters: &[Value],
) -> Result<Vec<Row>, SqlError> {
    let connection = Connection::open(database_url.expose()).map_err(error_of)?;
    let role = ParameterValue::Str(actor.role().to_owned());
    let agency = ParameterValue::Str(actor.agency());
    connection
        .query(PREAMBLE, &[role, agency])
        .map_err(error_of)?;
    let parameters: Vec<ParameterValue> = parameters.iter().map(parameter).collect();
    let result = connection.query(statement, &parameters).map_err(error_of)?;
    result
        .rows
        .into_iter()
        .map(|row| {
            let values = row
                .into_iter()
                .enumerate()
                .map(|(column, value)| read(column, value));
            Ok(Row::new(values.collect::<Result<_, _>>()?))
        })
        .collect()
}

fn parameter(value: &Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Bool(flag) => ParameterValue::Boolean(*flag),
        Value::Int4(number) => ParameterValue::Int32(*number),
        Value::Int8(number) => ParameterValue::Int64(*number),
        Value::Text(text) => ParameterValue::Str(text.clone()),
        Value::Uuid(id) => ParameterValue::Uuid(id.to_string()),
        Value::Json(bytes) => ParameterValue::Jsonb(bytes.clone()),
        Value::Bytes(bytes) => ParameterValue::Binary(bytes.clone()),
        Value::Int8Array(numbers) => {
            ParameterValue::ArrayInt64(numbers.iter().copied().map(Some).collect())
        }
        Value::TextArray(texts) => {
            ParameterValue::ArrayStr(texts.iter().cloned().map(Some).collect())
        }
    }
}

fn read(column: usize, value: DbValue) -> Result<Value, SqlError> {
    let shape = |expected, found| SqlError::Shape {
        column,
        expected,
        found,
    };
    Ok(match value {
        DbValue::DbNull => Value::Null,
        DbValue::Boolean(flag) => Value::Bool(flag),
        DbValue::Int32(number) => Value::Int4(number),
        DbValue::Int64(number) => Value::Int8(number),
        DbValue::Str(text) => Value::Text(text),
        DbValue::Jsonb(bytes) => Value::Json(bytes),
        DbValue::Binary(bytes) => Value::Bytes(bytes),
        DbValue::Uuid(text) => match Uuid::parse_str(&text) {
            Ok(id) => Value::Uuid(id),
            Err(_) => return Err(shape("uuid", text)),
        },
        DbValue::ArrayInt64(numbers) => match numbers.into_iter().collect() {
            Some(numbers) => Value::Int8Array(numbers),
            None => return Err(shape("int8[] without nulls", "a null".to_owned())),
        },
        DbValue::ArrayStr(texts) => match texts.into_iter().collect() {
            Some(texts) => Value::TextArray(texts),
            None => return Err(shape("text[] without nulls", "a null".to_owned())),
        },
        other => {
            return Err(shape(
                "a type of the ports",
                format!("{other:?}").chars().take(40).collect(),
            ));
        }
    })
}

fn error_of(error: PgError) -> SqlError {
    match error {
        PgError::QueryFailed(QueryError::DbError(refusal)) => SqlError::Refused {
            code: refusal.code,
            message: refusal.message,
        },
        PgError::QueryFailed(QueryError::Text(text))
        | PgError::ConnectionFailed(text)
        | PgError::Other(text) => SqlError::Unreachable(text),
        PgError::BadParameter(text) | PgError::ValueConversionFailed(text) => SqlError::Refused {
            code: "22023".to_owned(),
            message: text,
        },
    }
}
