//! Values on their way from the database to a guest.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use postgres_range::{BoundSided, BoundType, Normalizable, Range, RangeBound};
use rust_decimal::Decimal;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::parameters::GuestRange;
use super::scalars::{Interval, RangeDecimal, Unsupported};
use crate::runtime::bindings::imports::spin::postgres::postgres::{
    Column, DbDataType, DbValue, RangeBoundKind,
};

/// A failure to read a value, as text for the guest.
pub(crate) type Unreadable = String;

/// The columns of a row, by name and type.
pub(crate) fn columns(row: &Row) -> Vec<Column> {
    row.columns()
        .iter()
        .map(|column| Column {
            name: column.name().to_owned(),
            data_type: data_type(column.type_()),
        })
        .collect()
}

/// The values of a row.
///
/// # Errors
/// A value does not fit the interface, such as a `numeric` of more than 28 digits.
pub(crate) fn values(row: &Row) -> Result<Vec<DbValue>, Unreadable> {
    (0..row.len()).map(|index| value(row, index)).collect()
}

fn data_type(column_type: &Type) -> DbDataType {
    match *column_type {
        Type::BOOL => DbDataType::Boolean,
        Type::BYTEA => DbDataType::Binary,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => DbDataType::Str,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => DbDataType::Datetime,
        Type::DATE => DbDataType::Date,
        Type::TIME => DbDataType::Time,
        Type::UUID => DbDataType::Uuid,
        Type::JSONB => DbDataType::Jsonb,
        Type::NUMERIC => DbDataType::Decimal,
        Type::INT4_RANGE => DbDataType::RangeInt32,
        Type::INT8_RANGE => DbDataType::RangeInt64,
        Type::NUM_RANGE => DbDataType::RangeDecimal,
        Type::INT4_ARRAY => DbDataType::ArrayInt32,
        Type::INT8_ARRAY => DbDataType::ArrayInt64,
        Type::NUMERIC_ARRAY => DbDataType::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => DbDataType::ArrayStr,
        Type::INTERVAL => DbDataType::Interval,
        _ => DbDataType::Other(column_type.name().to_owned()),
    }
}

fn value(row: &Row, index: usize) -> Result<DbValue, Unreadable> {
    match *row.columns()[index].type_() {
        Type::BOOL => read(row, index, DbValue::Boolean),
        Type::BYTEA => read(row, index, DbValue::Binary),
        Type::FLOAT4 => read(row, index, DbValue::Floating32),
        Type::FLOAT8 => read(row, index, DbValue::Floating64),
        Type::INT2 => read(row, index, DbValue::Int16),
        Type::INT4 => read(row, index, DbValue::Int32),
        Type::INT8 => read(row, index, DbValue::Int64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => read(row, index, DbValue::Str),
        // The driver refuses to read `timestamptz` as a local time, and so does Spin.
        Type::TIMESTAMP | Type::TIMESTAMPTZ => read(row, index, datetime),
        Type::DATE => read(row, index, date),
        Type::TIME => read(row, index, time),
        Type::UUID => read(row, index, |value: Uuid| DbValue::Uuid(value.to_string())),
        Type::JSONB => read(row, index, |value| json(&value)),
        Type::NUMERIC => read(row, index, |value: Decimal| {
            DbValue::Decimal(value.to_string())
        }),
        Type::INT4_RANGE => read(row, index, |range: Range<i32>| {
            DbValue::RangeInt32(guest_range(&range, |value| *value))
        }),
        Type::INT8_RANGE => read(row, index, |range: Range<i64>| {
            DbValue::RangeInt64(guest_range(&range, |value| *value))
        }),
        Type::NUM_RANGE => read(row, index, |range: Range<RangeDecimal>| {
            DbValue::RangeDecimal(guest_range(&range, |value| value.0.to_string()))
        }),
        Type::INT4_ARRAY => read(row, index, DbValue::ArrayInt32),
        Type::INT8_ARRAY => read(row, index, DbValue::ArrayInt64),
        Type::NUMERIC_ARRAY => read(row, index, decimals),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => {
            read(row, index, DbValue::ArrayStr)
        }
        Type::INTERVAL => read(row, index, |value: Interval| DbValue::Interval(value.0)),
        _ => read(row, index, |value: Unsupported| {
            DbValue::Unsupported(value.0)
        }),
    }
}

fn read<'row, T: FromSql<'row>>(
    row: &'row Row,
    index: usize,
    convert: impl FnOnce(T) -> DbValue,
) -> Result<DbValue, Unreadable> {
    let value: Option<T> = row.try_get(index).map_err(|error| format!("{error:?}"))?;
    Ok(value.map_or(DbValue::DbNull, convert))
}

fn date(value: NaiveDate) -> DbValue {
    DbValue::Date((value.year(), small(value.month()), small(value.day())))
}

fn time(value: NaiveTime) -> DbValue {
    DbValue::Time((
        small(value.hour()),
        small(value.minute()),
        small(value.second()),
        value.nanosecond(),
    ))
}

fn datetime(value: NaiveDateTime) -> DbValue {
    DbValue::Datetime((
        value.year(),
        small(value.month()),
        small(value.day()),
        small(value.hour()),
        small(value.minute()),
        small(value.second()),
        value.nanosecond(),
    ))
}

fn small(value: u32) -> u8 {
    u8::try_from(value).expect("invariant: months, days, hours, minutes and seconds are below 60")
}

fn json(value: &serde_json::Value) -> DbValue {
    DbValue::Jsonb(value.to_string().into_bytes())
}

fn decimals(values: Vec<Option<Decimal>>) -> DbValue {
    let texts = values
        .into_iter()
        .map(|value| value.map(|decimal| decimal.to_string()));
    DbValue::ArrayDecimal(texts.collect())
}

fn guest_range<T: Normalizable + PartialOrd, U>(
    range: &Range<T>,
    convert: impl Fn(&T) -> U,
) -> GuestRange<U> {
    (
        range.lower().map(|bound| guest_bound(bound, &convert)),
        range.upper().map(|bound| guest_bound(bound, &convert)),
    )
}

fn guest_bound<S: BoundSided, T, U>(
    bound: &RangeBound<S, T>,
    convert: impl Fn(&T) -> U,
) -> (U, RangeBoundKind) {
    let kind = match bound.type_ {
        BoundType::Inclusive => RangeBoundKind::Inclusive,
        BoundType::Exclusive => RangeBoundKind::Exclusive,
    };
    (convert(&bound.value), kind)
}
