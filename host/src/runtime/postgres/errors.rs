//! Errors of `spin:postgres`, in the words of Spin.

use tokio_postgres::error::DbError;

use crate::runtime::bindings::imports::spin::postgres::postgres::{
    DbError as GuestDbError, Error, QueryError,
};

/// A value that the guest passed does not fit what it was declared to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidValue(String);

impl InvalidValue {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// With a cause, laid out as Spin lays it out.
    pub(crate) fn because(message: impl AsRef<str>, cause: impl std::fmt::Display) -> Self {
        Self(format!("{}\n\nCaused by:\n    {cause}", message.as_ref()))
    }

    /// `query` reports such a value in this way.
    pub(crate) fn into_bad_parameter(self) -> Error {
        Error::BadParameter(self.0)
    }

    /// `execute` reports such a value in this way.
    pub(crate) fn into_value_conversion_failed(self) -> Error {
        Error::ValueConversionFailed(self.0)
    }
}

/// A connection that could not be made, or may not.
pub(crate) fn connection_failed(message: impl Into<String>) -> Error {
    Error::ConnectionFailed(message.into())
}

/// A result that could not be read.
pub(crate) fn unreadable_result(message: impl Into<String>) -> Error {
    Error::QueryFailed(QueryError::Text(message.into()))
}

/// A statement that failed, with what the database said about it.
pub(crate) fn query_failed(error: &tokio_postgres::Error) -> Error {
    let as_text = format!("{error:?}");
    Error::QueryFailed(match error.as_db_error() {
        None => QueryError::Text(as_text),
        Some(database) => QueryError::DbError(GuestDbError {
            as_text,
            severity: database.severity().to_owned(),
            code: database.code().code().to_owned(),
            message: database.message().to_owned(),
            detail: database.detail().map(str::to_owned),
            extras: extras(database),
        }),
    })
}

/// The fields that the interface has no place of their own for, under Spin's names.
fn extras(error: &DbError) -> Vec<(String, String)> {
    let line = error.line().map(|line| line.to_string());
    [
        ("column", error.column()),
        ("constraint", error.constraint()),
        ("routine", error.routine()),
        ("hint", error.hint()),
        ("table", error.table()),
        ("datatype", error.datatype()),
        ("schema", error.schema()),
        ("file", error.file()),
        ("line", line.as_deref()),
        ("where_", error.where_()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
    .collect()
}
