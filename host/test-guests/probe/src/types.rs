//! Every type of value, to the database and back.

use spin_sdk::pg4::{
    Connection, DbDataType, DbValue, Interval, ParameterValue as Parameter, RangeBoundKind,
};

use crate::database::failure;

const UUID: &str = "4c2cfa1e-1c3d-4f5a-9a3c-6f1f2d3e4b5a";

/// Sends each value as a parameter of its type and compares what comes back; a line each.
pub fn round_trips() -> String {
    let address = spin_sdk::variables::get("database_url").expect("a declared variable");
    let connection = Connection::open(&address).expect("an allowed address");
    let lines: Vec<String> = cases()
        .into_iter()
        .map(|(sql_type, parameter, value, data_type)| {
            let statement = format!("select $1::{sql_type} as value");
            let outcome = match connection.query(&statement, &[parameter]) {
                Err(error) => failure(&error),
                Ok(result) => {
                    let read = &result.rows[0][0];
                    let column = &result.columns[0];
                    let same = same(read, &value)
                        && column.name == "value"
                        && format!("{:?}", column.data_type) == format!("{data_type:?}");
                    if same {
                        "same".to_owned()
                    } else {
                        format!("{read:?} of {:?}", column.data_type)
                    }
                }
            };
            format!("{sql_type} {value:?}: {outcome}")
        })
        .collect();
    lines.join("\n")
}

/// The generated types compare by their text only.
fn same(left: &DbValue, right: &DbValue) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

type Case = (&'static str, Parameter, DbValue, DbDataType);

fn cases() -> Vec<Case> {
    let mut cases = scalars();
    cases.extend(times());
    cases.extend(ranges());
    cases.extend(arrays());
    cases.extend(oddities());
    cases
}

fn scalars() -> Vec<Case> {
    let text = "tide ~ 潮";
    let json = br#"{"a":[1,2.5,null],"b":"x"}"#.to_vec();
    vec![
        (
            "bool",
            Parameter::Boolean(true),
            DbValue::Boolean(true),
            DbDataType::Boolean,
        ),
        (
            "int2",
            Parameter::Int16(-7),
            DbValue::Int16(-7),
            DbDataType::Int16,
        ),
        (
            "int4",
            Parameter::Int32(i32::MIN),
            DbValue::Int32(i32::MIN),
            DbDataType::Int32,
        ),
        (
            "int8",
            Parameter::Int64(i64::MAX),
            DbValue::Int64(i64::MAX),
            DbDataType::Int64,
        ),
        (
            "float4",
            Parameter::Floating32(1.5),
            DbValue::Floating32(1.5),
            DbDataType::Floating32,
        ),
        (
            "float8",
            Parameter::Floating64(-0.1),
            DbValue::Floating64(-0.1),
            DbDataType::Floating64,
        ),
        (
            "text",
            Parameter::Str(text.into()),
            DbValue::Str(text.into()),
            DbDataType::Str,
        ),
        (
            "varchar",
            Parameter::Str(text.into()),
            DbValue::Str(text.into()),
            DbDataType::Str,
        ),
        (
            "char(3)",
            Parameter::Str("a".into()),
            DbValue::Str("a  ".into()),
            DbDataType::Str,
        ),
        (
            "bytea",
            Parameter::Binary(vec![0, 255]),
            DbValue::Binary(vec![0, 255]),
            DbDataType::Binary,
        ),
        (
            "uuid",
            Parameter::Uuid(UUID.into()),
            DbValue::Uuid(UUID.into()),
            DbDataType::Uuid,
        ),
        (
            "jsonb",
            Parameter::Jsonb(json.clone()),
            DbValue::Jsonb(json),
            DbDataType::Jsonb,
        ),
        (
            "numeric",
            Parameter::Decimal("-12.340".into()),
            DbValue::Decimal("-12.340".into()),
            DbDataType::Decimal,
        ),
    ]
}

fn times() -> Vec<Case> {
    let interval = Interval {
        micros: -1,
        days: 2,
        months: 13,
    };
    let moment = (2026, 11, 22, 23, 59, 58, 123_456_000);
    vec![
        (
            "date",
            Parameter::Date((2024, 2, 29)),
            DbValue::Date((2024, 2, 29)),
            DbDataType::Date,
        ),
        (
            "time",
            Parameter::Time((1, 2, 3, 4000)),
            DbValue::Time((1, 2, 3, 4000)),
            DbDataType::Time,
        ),
        (
            "timestamp",
            Parameter::Datetime(moment),
            DbValue::Datetime(moment),
            DbDataType::Datetime,
        ),
        (
            "interval",
            Parameter::Interval(interval),
            DbValue::Interval(interval),
            DbDataType::Interval,
        ),
    ]
}

fn ranges() -> Vec<Case> {
    let inclusive = RangeBoundKind::Inclusive;
    let exclusive = RangeBoundKind::Exclusive;
    let low = || Some(("1.50".to_owned(), exclusive));
    let high = || Some(("2.5".to_owned(), inclusive));
    vec![
        (
            "int4range",
            Parameter::RangeInt32((Some((1, inclusive)), Some((5, inclusive)))),
            // Postgres keeps ranges of whole numbers half-open.
            DbValue::RangeInt32((Some((1, inclusive)), Some((6, exclusive)))),
            DbDataType::RangeInt32,
        ),
        (
            "int8range",
            Parameter::RangeInt64((None, Some((5, exclusive)))),
            DbValue::RangeInt64((None, Some((5, exclusive)))),
            DbDataType::RangeInt64,
        ),
        (
            "numrange",
            Parameter::RangeDecimal((low(), high())),
            DbValue::RangeDecimal((low(), high())),
            DbDataType::RangeDecimal,
        ),
    ]
}

fn arrays() -> Vec<Case> {
    let texts = || vec![Some("a".to_owned()), None];
    let decimals = || vec![Some("1.10".to_owned()), None];
    vec![
        (
            "int4[]",
            Parameter::ArrayInt32(vec![Some(1), None]),
            DbValue::ArrayInt32(vec![Some(1), None]),
            DbDataType::ArrayInt32,
        ),
        (
            "int8[]",
            Parameter::ArrayInt64(vec![]),
            DbValue::ArrayInt64(vec![]),
            DbDataType::ArrayInt64,
        ),
        (
            "numeric[]",
            Parameter::ArrayDecimal(decimals()),
            DbValue::ArrayDecimal(decimals()),
            DbDataType::ArrayDecimal,
        ),
        (
            "text[]",
            Parameter::ArrayStr(texts()),
            DbValue::ArrayStr(texts()),
            DbDataType::ArrayStr,
        ),
    ]
}

/// Nulls of any type, and a type that the interface has no value for.
fn oddities() -> Vec<Case> {
    vec![
        (
            "int8",
            Parameter::DbNull,
            DbValue::DbNull,
            DbDataType::Int64,
        ),
        (
            "jsonb",
            Parameter::DbNull,
            DbValue::DbNull,
            DbDataType::Jsonb,
        ),
        (
            "inet",
            Parameter::DbNull,
            DbValue::DbNull,
            DbDataType::Other("inet".into()),
        ),
    ]
}

/// Values that are not what they claim to be, and how that is reported; a line each.
pub fn bad_values() -> String {
    let address = spin_sdk::variables::get("database_url").expect("a declared variable");
    let connection = Connection::open(&address).expect("an allowed address");
    let values = [
        Parameter::Date((2026, 2, 30)),
        Parameter::Time((25, 0, 0, 0)),
        Parameter::Uuid("no".into()),
        Parameter::Jsonb(b"{".to_vec()),
        Parameter::Decimal("1e".into()),
        Parameter::RangeDecimal((Some(("x".into(), RangeBoundKind::Inclusive)), None)),
        Parameter::Timestamp(i64::MAX),
        Parameter::Str("wrong type".into()),
    ];
    let mut lines = Vec::new();
    for value in values {
        let queried = connection.query("select $1::int4", std::slice::from_ref(&value));
        let executed = connection.execute("select $1::int4", &[value]);
        for error in [queried.err(), executed.err()].into_iter().flatten() {
            lines.push(failure(&error));
        }
    }
    lines.join("\n")
}
