//! Types of Postgres that the driver has no Rust type for.

use bytes::{Buf, BufMut, BytesMut};
use postgres_range::{BoundSided, Normalizable, RangeBound};
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::runtime::bindings::imports::spin::postgres::postgres::Interval as GuestInterval;

type BoxedError = Box<dyn std::error::Error + Sync + Send>;

/// NULL of whatever type the statement wants. An `Option` would be checked against one type.
#[derive(Debug)]
pub(crate) struct UntypedNull;

impl ToSql for UntypedNull {
    fn to_sql(&self, _type: &Type, _out: &mut BytesMut) -> Result<IsNull, BoxedError> {
        Ok(IsNull::Yes)
    }

    fn accepts(_type: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, _type: &Type, _out: &mut BytesMut) -> Result<IsNull, BoxedError> {
        Ok(IsNull::Yes)
    }
}

/// The bytes of a value whose type the interface does not know.
#[derive(Debug)]
pub(crate) struct Unsupported(pub(crate) Vec<u8>);

impl<'row> FromSql<'row> for Unsupported {
    fn from_sql(_type: &Type, raw: &'row [u8]) -> Result<Self, BoxedError> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_type: &Type) -> bool {
        true
    }
}

/// `interval`: microseconds, days and months are apart, as a day is not always 24 hours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval(pub(crate) GuestInterval);

/// Eight bytes of microseconds, four of days, four of months.
const INTERVAL_LENGTH: usize = 16;

impl ToSql for Interval {
    fn to_sql(&self, _type: &Type, out: &mut BytesMut) -> Result<IsNull, BoxedError> {
        out.put_i64(self.0.micros);
        out.put_i32(self.0.days);
        out.put_i32(self.0.months);
        Ok(IsNull::No)
    }

    fn accepts(value_type: &Type) -> bool {
        *value_type == Type::INTERVAL
    }

    to_sql_checked!();
}

impl<'row> FromSql<'row> for Interval {
    fn from_sql(_type: &Type, mut raw: &'row [u8]) -> Result<Self, BoxedError> {
        if raw.len() != INTERVAL_LENGTH {
            return Err("unexpected binary format for Postgres INTERVAL".into());
        }
        Ok(Self(GuestInterval {
            micros: raw.get_i64(),
            days: raw.get_i32(),
            months: raw.get_i32(),
        }))
    }

    fn accepts(value_type: &Type) -> bool {
        *value_type == Type::INTERVAL
    }
}

/// A decimal that can be the bound of a range.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct RangeDecimal(pub(crate) Decimal);

impl ToSql for RangeDecimal {
    fn to_sql(&self, value_type: &Type, out: &mut BytesMut) -> Result<IsNull, BoxedError> {
        self.0.to_sql(value_type, out)
    }

    fn accepts(value_type: &Type) -> bool {
        <Decimal as ToSql>::accepts(value_type)
    }

    to_sql_checked!();
}

impl<'row> FromSql<'row> for RangeDecimal {
    fn from_sql(value_type: &Type, raw: &'row [u8]) -> Result<Self, BoxedError> {
        Decimal::from_sql(value_type, raw).map(Self)
    }

    fn accepts(value_type: &Type) -> bool {
        <Decimal as FromSql>::accepts(value_type)
    }
}

impl Normalizable for RangeDecimal {
    fn normalize<S: BoundSided>(bound: RangeBound<S, Self>) -> RangeBound<S, Self> {
        bound
    }
}
