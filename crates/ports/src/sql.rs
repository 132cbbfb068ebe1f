//! SQL against Postgres: one statement per call, no transactions (a unit of work is one
//! statement; see docs/ARCHITECTURE.md).

use std::future::Future;

use serde::de::DeserializeOwned;
use tidemark_domain::{Cents, Instant};
use uuid::Uuid;

use crate::Actor;

/// A parameter or a column value: the types that both Spin and native clients carry.
///
/// `timestamptz` is not among them: statements convert to and from epoch microseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL `NULL` of any type.
    Null,
    /// `boolean`
    Bool(bool),
    /// `int4`
    Int4(i32),
    /// `int8`
    Int8(i64),
    /// `text`
    Text(String),
    /// `uuid`
    Uuid(Uuid),
    /// `jsonb`, as its text
    Json(Vec<u8>),
    /// `bytea`
    Bytes(Vec<u8>),
    /// `int8[]`
    Int8Array(Vec<i64>),
    /// `text[]`
    TextArray(Vec<String>),
}

/// Why a statement gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Postgres refused the statement; `code` is its SQLSTATE.
    #[error("the database refused a statement (SQLSTATE {code}): {message}")]
    Refused {
        /// SQLSTATE, five characters
        code: String,
        /// Postgres's own message
        message: String,
    },
    /// A value came back in another shape than the caller expects.
    #[error("column {column} holds {found}, not {expected}")]
    Shape {
        /// position, from 0
        column: usize,
        /// what the caller asked for
        expected: &'static str,
        /// what is there
        found: String,
    },
}

/// Runs statements, each for an [`Actor`].
pub trait Sql {
    /// For whom [`query`](Self::query) runs statements.
    fn actor(&self) -> Actor;

    /// Runs a statement for an actor and returns its rows. Parameters are `$1…`; their types must be
    /// the ones that Postgres infers (write casts in the statement).
    fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> impl Future<Output = Result<Vec<Row>, SqlError>>;

    /// Runs a statement for this platform's own actor.
    fn query(
        &self,
        statement: &str,
        parameters: &[Value],
    ) -> impl Future<Output = Result<Vec<Row>, SqlError>> {
        self.query_as(self.actor(), statement, parameters)
    }
}

/// One row of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(Vec<Value>);

impl Row {
    /// A row of these values.
    pub fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    /// The value at `column`, from 0.
    ///
    /// # Errors
    /// [`SqlError::Shape`] when the column is missing, null or of another type; ask for an
    /// `Option` where null is legal.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, SqlError> {
        let value = self.0.get(column).unwrap_or(&Value::Null);
        T::from_value(value).ok_or_else(|| SqlError::Shape {
            column,
            expected: T::EXPECTED,
            found: format!("{value:?}").chars().take(40).collect(),
        })
    }

    /// The `jsonb` value at `column`, decoded.
    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T, SqlError> {
        let shape = |found: String| SqlError::Shape {
            column,
            expected: "decodable jsonb",
            found,
        };
        match self.0.get(column) {
            Some(Value::Json(bytes)) => {
                serde_json::from_slice(bytes).map_err(|error| shape(error.to_string()))
            }
            other => Err(shape(format!("{other:?}").chars().take(40).collect())),
        }
    }
}

/// The first row, where a statement always returns one.
///
/// # Errors
/// [`SqlError::Shape`] when there is none.
pub fn only_row(rows: Vec<Row>) -> Result<Row, SqlError> {
    rows.into_iter().next().ok_or_else(|| SqlError::Shape {
        column: 0,
        expected: "one row",
        found: "no row".to_owned(),
    })
}

/// Types that a column can be read as.
pub trait FromValue: Sized {
    /// What to call the type in an error.
    const EXPECTED: &'static str;

    /// Reads the value, or `None` when it is of another type.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($type:ty, $name:literal, $pattern:pat => $result:expr) => {
        impl FromValue for $type {
            const EXPECTED: &'static str = $name;

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $pattern => Some($result),
                    _ => None,
                }
            }
        }
    };
}

from_value!(bool, "boolean", Value::Bool(flag) => *flag);
from_value!(i32, "int4", Value::Int4(number) => *number);
from_value!(i64, "int8", Value::Int8(number) => *number);
from_value!(Cents, "int8 cents", Value::Int8(number) => Cents::new(*number));
from_value!(Instant, "int8 microseconds", Value::Int8(micros) => Instant::from_micros(*micros));
from_value!(String, "text", Value::Text(text) => text.clone());
from_value!(Uuid, "uuid", Value::Uuid(id) => *id);
from_value!(Vec<u8>, "bytea", Value::Bytes(bytes) => bytes.clone());
from_value!(Vec<i64>, "int8[]", Value::Int8Array(numbers) => numbers.clone());

impl<T: FromValue> FromValue for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

macro_rules! into_value {
    ($type:ty, $value:ident => $result:expr) => {
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $result
            }
        }
    };
}

into_value!(bool, flag => Value::Bool(flag));
into_value!(i32, number => Value::Int4(number));
into_value!(i64, number => Value::Int8(number));
into_value!(Cents, amount => Value::Int8(amount.get()));
into_value!(Instant, instant => Value::Int8(instant.micros()));
into_value!(String, text => Value::Text(text));
into_value!(&str, text => Value::Text(text.to_owned()));
into_value!(Uuid, id => Value::Uuid(id));
into_value!(tidemark_domain::AgencyId, id => Value::Uuid(id.uuid()));
into_value!(tidemark_domain::ModelId, id => Value::Uuid(id.uuid()));
into_value!(tidemark_domain::ConnectionId, id => Value::Uuid(id.uuid()));
into_value!(serde_json::Value, json => Value::Json(json.to_string().into_bytes()));
into_value!(Vec<i64>, numbers => Value::Int8Array(numbers));
into_value!(Vec<String>, texts => Value::TextArray(texts));
into_value!(Vec<u8>, bytes => Value::Bytes(bytes));

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(optional: Option<T>) -> Self {
        optional.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_is_an_error_unless_the_caller_allows_it() {
        let row = Row::new(vec![Value::Null, Value::Int8(7)]);
        assert!(row.get::<i64>(0).is_err());
        assert_eq!(row.get::<Option<i64>>(0), Ok(None));
        assert_eq!(row.get::<i64>(1), Ok(7));
        assert!(row.get::<String>(1).is_err());
    }
}
