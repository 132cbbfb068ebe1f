//! The mapping between [`Value`] and Postgres's types, the same as Spin's.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tidemark_ports::{Row, SqlError, Value};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

/// The version byte that precedes the text of a `jsonb` on the wire.
const JSONB_VERSION: u8 = 1;

/// SQLSTATE of a wrong number of parameters (`protocol_violation`), as Postgres itself reports it.
const WRONG_COUNT: &str = "08P01";
/// SQLSTATE of a parameter of another type (`datatype_mismatch`).
const WRONG_TYPE: &str = "42804";

/// A value on its way into a statement.
#[derive(Debug)]
pub(super) struct Parameter<'a>(pub &'a Value);

/// Refuses parameters that are not what Postgres inferred, before anything is sent.
pub(super) fn check(values: &[Value], types: &[Type]) -> Result<(), SqlError> {
    if values.len() != types.len() {
        return Err(SqlError::Refused {
            code: WRONG_COUNT.to_owned(),
            message: format!(
                "the statement has {} parameters, the caller gives {}",
                types.len(),
                values.len()
            ),
        });
    }
    for (number, (value, expected)) in (1..).zip(values.iter().zip(types)) {
        if !fits(value, expected) {
            return Err(SqlError::Refused {
                code: WRONG_TYPE.to_owned(),
                message: format!(
                    "parameter ${number} is {}, the statement expects {expected}; write a cast in the statement",
                    name_of(value)
                ),
            });
        }
    }
    Ok(())
}

fn fits(value: &Value, expected: &Type) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) => *expected == Type::BOOL,
        Value::Int4(_) => *expected == Type::INT4,
        Value::Int8(_) => *expected == Type::INT8,
        Value::Text(_) => is_text(expected),
        Value::Uuid(_) => *expected == Type::UUID,
        Value::Json(_) => *expected == Type::JSONB,
        Value::Bytes(_) => *expected == Type::BYTEA,
        Value::Int8Array(_) => *expected == Type::INT8_ARRAY,
        Value::TextArray(_) => *expected == Type::TEXT_ARRAY,
    }
}

fn is_text(type_: &Type) -> bool {
    [Type::TEXT, Type::VARCHAR, Type::BPCHAR].contains(type_)
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int4(_) => "int4",
        Value::Int8(_) => "int8",
        Value::Text(_) => "text",
        Value::Uuid(_) => "uuid",
        Value::Json(_) => "jsonb",
        Value::Bytes(_) => "bytea",
        Value::Int8Array(_) => "int8[]",
        Value::TextArray(_) => "text[]",
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        type_: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Bool(flag) => flag.to_sql(type_, out),
            Value::Int4(number) => number.to_sql(type_, out),
            Value::Int8(number) => number.to_sql(type_, out),
            Value::Text(text) => text.to_sql(type_, out),
            Value::Uuid(id) => id.to_sql(type_, out),
            Value::Json(text) => {
                out.put_u8(JSONB_VERSION);
                out.put_slice(text);
                Ok(IsNull::No)
            }
            Value::Bytes(bytes) => bytes.to_sql(type_, out),
            Value::Int8Array(numbers) => numbers.to_sql(type_, out),
            Value::TextArray(texts) => texts.to_sql(type_, out),
        }
    }

    // `check` has compared value and type; a type alone cannot tell.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A `jsonb` as its text.
struct JsonText(Vec<u8>);

impl<'a> FromSql<'a> for JsonText {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        match raw.split_first() {
            Some((&JSONB_VERSION, text)) => Ok(Self(text.to_vec())),
            _ => Err("unknown version of jsonb".into()),
        }
    }

    fn accepts(type_: &Type) -> bool {
        *type_ == Type::JSONB
    }
}

/// Converts a row.
///
/// # Errors
/// [`SqlError::Shape`] for a column of a type that [`Value`] does not carry, such as `numeric` or
/// `timestamptz`, or an array that holds nulls.
pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, SqlError> {
    let values = (0..row.len()).map(|column| value(row, column));
    values.collect::<Result<Vec<_>, _>>().map(Row::new)
}

fn value(row: &tokio_postgres::Row, column: usize) -> Result<Value, SqlError> {
    let type_ = row.columns()[column].type_();
    match *type_ {
        Type::BOOL => read(row, column, Value::Bool),
        Type::INT4 => read(row, column, Value::Int4),
        Type::INT8 => read(row, column, Value::Int8),
        Type::UUID => read(row, column, |id: Uuid| Value::Uuid(id)),
        Type::JSONB => read(row, column, |json: JsonText| Value::Json(json.0)),
        Type::BYTEA => read(row, column, Value::Bytes),
        Type::INT8_ARRAY => read(row, column, Value::Int8Array),
        Type::TEXT_ARRAY => read(row, column, Value::TextArray),
        _ if is_text(type_) => read(row, column, Value::Text),
        _ => Err(SqlError::Shape {
            column,
            expected: "bool, int4, int8, text, uuid, jsonb, bytea, int8[] or text[]",
            found: format!("{type_}; cast it in the statement"),
        }),
    }
}

fn read<'row, T: FromSql<'row>>(
    row: &'row tokio_postgres::Row,
    column: usize,
    wrap: impl FnOnce(T) -> Value,
) -> Result<Value, SqlError> {
    match row.try_get::<_, Option<T>>(column) {
        Ok(found) => Ok(found.map_or(Value::Null, wrap)),
        Err(error) => Err(SqlError::Shape {
            column,
            expected: "a readable value",
            found: error.to_string(),
        }),
    }
}
