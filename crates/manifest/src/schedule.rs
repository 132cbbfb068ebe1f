//! Cron expressions as the cron trigger of Spin reads them.
//!
//! Exactly six fields, seconds first, UTC: second 0–59, minute 0–59, hour 0–23, day of month
//! 1–31, month 1–12 or `JAN`–`DEC`, day of week 0–7 or `SUN`–`SAT`. A field is `*`, or a comma
//! separated list of values, ranges `5-10` and steps `*/15`, `0/15`, `5-30/5`; both day fields
//! also take `?` for `*`. A day must satisfy both day fields.
//!
//! The `cron` crate computes the firings, but it counts the days of the week from 1 = Sunday,
//! where the trigger (through `croner`) counts from 0 = Sunday and takes 7 for Sunday too. So the
//! fields are read here and handed on in the crate's own numbers: an expression fires on the same
//! days under both hosts. The trigger's `L`, `W` and `#` and its `@daily` and the like are refused.

mod field;

use std::str::FromStr;

use chrono::{DateTime, Datelike, TimeDelta, Utc};

pub use field::FieldFault;

/// The last year for which firings are computed.
const LAST_YEAR: i32 = 2100;

/// What can be wrong with a cron expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// It has not six fields.
    #[error(
        "the cron expression {expression:?} must have exactly 6 fields (second, minute, hour, \
         day of month, month, day of week), but has {found}; correct it"
    )]
    FieldCount {
        /// The expression as written.
        expression: String,
        /// How many fields it has.
        found: usize,
    },
    /// A field is malformed.
    #[error("the cron expression {expression:?} is wrong in its {field}: {fault}; correct it")]
    Field {
        /// The expression as written.
        expression: String,
        /// The field at fault.
        field: &'static str,
        /// What is wrong with it.
        fault: FieldFault,
    },
    /// No day satisfies it.
    #[error(
        "the cron expression {expression:?} never fires, as no date has such a day; correct it"
    )]
    NeverFires {
        /// The expression as written.
        expression: String,
    },
}

/// A cron expression that has been read.
#[derive(Clone, Debug)]
pub struct Schedule {
    expression: String,
    firings: cron::Schedule,
}

impl Schedule {
    /// Reads a cron expression.
    ///
    /// # Errors
    /// It has not six fields, a field is malformed, or it never fires.
    pub fn parse(expression: &str) -> Result<Self, ScheduleError> {
        let texts: Vec<&str> = expression.split_whitespace().collect();
        if texts.len() != field::FIELDS.len() {
            return Err(ScheduleError::FieldCount {
                expression: expression.to_owned(),
                found: texts.len(),
            });
        }
        let mut fields = Vec::new();
        for (field, text) in field::FIELDS.iter().zip(texts) {
            let values = field.parse(text).map_err(|fault| ScheduleError::Field {
                expression: expression.to_owned(),
                field: field.name,
                fault,
            })?;
            fields.push(field.for_cron_crate(values));
        }
        let schedule = Self {
            expression: expression.to_owned(),
            firings: cron::Schedule::from_str(&fields.join(" "))
                .expect("invariant: lists of numbers in their ranges are a schedule"),
        };
        if schedule.next_after(0).is_none() {
            let expression = expression.to_owned();
            return Err(ScheduleError::NeverFires { expression });
        }
        Ok(schedule)
    }

    /// The expression as written.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The first firing strictly after an instant, both in microseconds since 1970 UTC; `None`
    /// after the year 2100.
    pub fn next_after(&self, instant_micros: i64) -> Option<i64> {
        let instant = DateTime::<Utc>::from_timestamp_micros(instant_micros)?;
        // Later years have no firings, and the crate's arithmetic would overflow at the last one.
        if instant.year() > LAST_YEAR {
            return None;
        }
        // The crate's years start with 1970, and it takes those before the year 0 for late ones.
        let instant = instant.max(DateTime::<Utc>::UNIX_EPOCH - TimeDelta::seconds(1));
        let firing = self.firings.after(&instant).next()?;
        Some(firing.timestamp_micros())
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression
    }
}

impl Eq for Schedule {}
