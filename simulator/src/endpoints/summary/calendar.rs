//! Days, weeks, months and hours of an IANA zone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};
use serde::Serialize;

use super::figures::{GrossNet, mean};
use crate::clock::Micros;
use crate::ledger::Row;

/// Zones differ from UTC by whole quarters of an hour, so sales of one quarter share a local hour.
const MICROS_PER_QUARTER: i64 = 900_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Granularity {
    Day,
    /// From Monday.
    Week,
}

#[derive(Debug)]
pub(super) struct Calendar {
    zone: TimeZone,
    granularity: Granularity,
}

/// A bucket of `overTime`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bucket {
    period_start: String,
    #[serde(flatten)]
    sum: GrossNet,
}

/// Mean gross per day; keys "1" (Monday) to "7" and "0" to "23".
#[derive(Debug)]
pub(super) struct Averages {
    pub(super) by_day_of_week: BTreeMap<String, i64>,
    pub(super) by_hour_of_day: BTreeMap<String, i64>,
}

impl Calendar {
    /// `None` when there is no such zone.
    pub(super) fn new(timezone: &str, granularity: Granularity) -> Option<Self> {
        let zone = TimeZone::get(timezone).ok()?;
        Some(Self { zone, granularity })
    }

    /// Start of the previous month and of the month that contains `now`.
    pub(super) fn month_starts(&self, now: Micros) -> (Micros, Micros) {
        let this_month = self.local(now).date().first_of_month();
        let previous_month = this_month
            .saturating_sub(Span::new().months(1))
            .first_of_month();
        (self.midnight(previous_month), self.midnight(this_month))
    }

    /// Every bucket from the first sale to the last moment before `end`.
    pub(super) fn over_time(&self, sales: &[Row], end: Micros) -> Vec<Bucket> {
        let mut sums: BTreeMap<Date, GrossNet> = BTreeMap::new();
        for day in self.days(sales, end) {
            sums.entry(self.bucket_of(day)).or_default();
        }
        for quarter in quarters(sales) {
            let local = self.local(quarter[0].key.occurred_at);
            let sum = sums.entry(self.bucket_of(local.date())).or_default();
            for row in quarter {
                sum.add(row);
            }
        }
        sums.into_iter()
            .map(|(date, sum)| Bucket {
                period_start: self.period_start(date),
                sum,
            })
            .collect()
    }

    /// Means over the days from the first sale to the last moment before `end`.
    pub(super) fn averages(&self, sales: &[Row], end: Micros) -> Averages {
        let mut days_by_weekday = [0_i64; 7];
        for day in self.days(sales, end) {
            days_by_weekday[weekday(day)] += 1;
        }
        let mut gross_by_weekday = [0_i64; 7];
        let mut gross_by_hour = [0_i64; 24];
        for quarter in quarters(sales) {
            let local = self.local(quarter[0].key.occurred_at);
            let gross = GrossNet::sum(quarter).gross;
            gross_by_weekday[weekday(local.date())] += gross;
            gross_by_hour[usize::from(local.hour().unsigned_abs())] += gross;
        }
        let all_days: i64 = days_by_weekday.iter().sum();
        let by_day_of_week = (0..7)
            .map(|day| {
                let average = mean(gross_by_weekday[day], days_by_weekday[day]);
                ((day + 1).to_string(), average)
            })
            .collect();
        let by_hour_of_day = (0..24)
            .map(|hour| (hour.to_string(), mean(gross_by_hour[hour], all_days)))
            .collect();
        Averages {
            by_day_of_week,
            by_hour_of_day,
        }
    }

    /// Local days from the first sale to the last moment before `end`; none without a sale.
    fn days(&self, sales: &[Row], end: Micros) -> impl Iterator<Item = Date> + use<> {
        let last = self.local(Micros(end.0.saturating_sub(1))).date();
        let first = sales
            .first()
            .map(|sale| self.local(sale.key.occurred_at).date());
        first
            .into_iter()
            .flat_map(move |first| first.series(Span::new().days(1)))
            .take_while(move |day| *day <= last)
    }

    fn bucket_of(&self, day: Date) -> Date {
        match self.granularity {
            Granularity::Day => day,
            Granularity::Week => {
                let days_since_monday = day.weekday().to_monday_zero_offset();
                day.saturating_sub(Span::new().days(days_since_monday))
            }
        }
    }

    fn local(&self, at: Micros) -> Zoned {
        at.timestamp().to_zoned(self.zone.clone())
    }

    fn midnight(&self, date: Date) -> Micros {
        date.to_zoned(self.zone.clone())
            .map_or(Micros(i64::MIN), |zoned| {
                Micros(zoned.timestamp().as_microsecond())
            })
    }

    fn period_start(&self, date: Date) -> String {
        let midnight = self.local(self.midnight(date));
        midnight.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// Runs of sales within one quarter of an hour.
fn quarters(sales: &[Row]) -> impl Iterator<Item = &[Row]> {
    let quarter = |row: &Row| row.key.occurred_at.0.div_euclid(MICROS_PER_QUARTER);
    sales.chunk_by(move |one, next| quarter(one) == quarter(next))
}

/// 0 is Monday.
fn weekday(date: Date) -> usize {
    usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())
}
