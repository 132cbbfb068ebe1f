//! Values on their way from a guest to the database.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use postgres_range::{BoundSided, BoundType, Normalizable, Range, RangeBound};
use rust_decimal::Decimal;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::errors::InvalidValue;
use super::scalars::{Interval, RangeDecimal, UntypedNull};
use crate::runtime::bindings::imports::spin::postgres::postgres::{ParameterValue, RangeBoundKind};

/// A value that the driver can send.
pub(crate) type Parameter = Box<dyn ToSql + Send + Sync>;

/// Both bounds of a range as the interface has them; an absent one is infinite.
pub(crate) type GuestRange<T> = (Option<(T, RangeBoundKind)>, Option<(T, RangeBoundKind)>);

/// Makes the driver's values of a guest's.
///
/// # Errors
/// The first value that is not what it was declared to be.
pub(crate) fn parameters(values: Vec<ParameterValue>) -> Result<Vec<Parameter>, InvalidValue> {
    values.into_iter().map(parameter).collect()
}

fn parameter(value: ParameterValue) -> Result<Parameter, InvalidValue> {
    Ok(match value {
        ParameterValue::Boolean(value) => Box::new(value),
        ParameterValue::Int8(value) => Box::new(value),
        ParameterValue::Int16(value) => Box::new(value),
        ParameterValue::Int32(value) => Box::new(value),
        ParameterValue::Int64(value) => Box::new(value),
        ParameterValue::Floating32(value) => Box::new(value),
        ParameterValue::Floating64(value) => Box::new(value),
        ParameterValue::Str(value) => Box::new(value),
        ParameterValue::Binary(value) => Box::new(value),
        ParameterValue::Date((year, month, day)) => Box::new(date(year, month, day)?),
        ParameterValue::Time((hour, minute, second, nanosecond)) => {
            Box::new(time(hour, minute, second, nanosecond)?)
        }
        ParameterValue::Datetime((year, month, day, hour, minute, second, nanosecond)) => {
            let date = date(year, month, day)?;
            Box::new(NaiveDateTime::new(
                date,
                time(hour, minute, second, nanosecond)?,
            ))
        }
        ParameterValue::Timestamp(seconds) => Box::new(timestamp(seconds)?),
        ParameterValue::Uuid(value) => Box::new(uuid(&value)?),
        ParameterValue::Jsonb(value) => Box::new(json(&value)?),
        ParameterValue::Decimal(value) => Box::new(decimal(&value)?),
        ParameterValue::RangeInt32(range) => Box::new(integer_range(range)),
        ParameterValue::RangeInt64(range) => Box::new(integer_range(range)),
        ParameterValue::RangeDecimal(range) => Box::new(decimal_range(range)?),
        ParameterValue::ArrayInt32(values) => Box::new(values),
        ParameterValue::ArrayInt64(values) => Box::new(values),
        ParameterValue::ArrayDecimal(values) => Box::new(decimals(&values)?),
        ParameterValue::ArrayStr(values) => Box::new(values),
        ParameterValue::Interval(value) => Box::new(Interval(value)),
        ParameterValue::DbNull => Box::new(UntypedNull),
    })
}

fn date(year: i32, month: u8, day: u8) -> Result<NaiveDate, InvalidValue> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
        .ok_or_else(|| InvalidValue::new(format!("invalid date y={year}, m={month}, d={day}")))
}

fn time(hour: u8, minute: u8, second: u8, nanosecond: u32) -> Result<NaiveTime, InvalidValue> {
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nanosecond).ok_or_else(
        || {
            InvalidValue::new(format!(
                "invalid time {hour}:{minute}:{second}:{nanosecond}"
            ))
        },
    )
}

fn timestamp(seconds: i64) -> Result<DateTime<Utc>, InvalidValue> {
    DateTime::from_timestamp(seconds, 0)
        .ok_or_else(|| InvalidValue::new(format!("invalid epoch timestamp {seconds}")))
}

fn uuid(text: &str) -> Result<Uuid, InvalidValue> {
    Uuid::parse_str(text)
        .map_err(|cause| InvalidValue::because(format!("invalid UUID {text}"), cause))
}

fn json(bytes: &[u8]) -> Result<serde_json::Value, InvalidValue> {
    serde_json::from_slice(bytes).map_err(|cause| {
        let text = String::from_utf8_lossy(bytes);
        InvalidValue::because(format!("invalid JSON {text}"), cause)
    })
}

fn decimal(text: &str) -> Result<Decimal, InvalidValue> {
    Decimal::from_str_exact(text)
        .map_err(|cause| InvalidValue::because(format!("invalid decimal {text}"), cause))
}

fn decimals(values: &[Option<String>]) -> Result<Vec<Option<Decimal>>, InvalidValue> {
    values
        .iter()
        .map(|value| value.as_deref().map(decimal).transpose())
        .collect()
}

fn integer_range<T: Normalizable + PartialOrd>((lower, upper): GuestRange<T>) -> Range<T> {
    Range::new(
        lower.map(|(value, kind)| RangeBound::new(value, bound_type(kind))),
        upper.map(|(value, kind)| RangeBound::new(value, bound_type(kind))),
    )
}

fn decimal_range((lower, upper): GuestRange<String>) -> Result<Range<RangeDecimal>, InvalidValue> {
    Ok(Range::new(
        lower.map(decimal_bound).transpose()?,
        upper.map(decimal_bound).transpose()?,
    ))
}

fn decimal_bound<S: BoundSided>(
    (value, kind): (String, RangeBoundKind),
) -> Result<RangeBound<S, RangeDecimal>, InvalidValue> {
    Ok(RangeBound::new(
        RangeDecimal(decimal(&value)?),
        bound_type(kind),
    ))
}

fn bound_type(kind: RangeBoundKind) -> BoundType {
    match kind {
        RangeBoundKind::Inclusive => BoundType::Inclusive,
        RangeBoundKind::Exclusive => BoundType::Exclusive,
    }
}
