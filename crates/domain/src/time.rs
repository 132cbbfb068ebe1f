//! Instants in UTC microseconds, local days, and the one place where the two meet.

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

/// Fanvue's beginning, 2018-01-01T00:00:00Z: it has no older rows, and a ledger that was read back to
/// here is complete.
pub const HISTORY_FLOOR: Instant = Instant::from_micros(1_514_764_800_000_000);

/// Text that is not an RFC 3339 instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an RFC 3339 instant such as 2026-11-22T00:00:00.000Z")]
pub struct NotAnInstant(pub String);

impl Instant {
    /// The instant `micros` microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with an offset; digits below the microsecond are cut off.
    pub fn parse(text: &str) -> Result<Self, NotAnInstant> {
        text.parse::<Timestamp>()
            .map(|timestamp| Self(timestamp.as_microsecond()))
            .map_err(|_| NotAnInstant(text.to_owned()))
    }

    /// The instant `span` later; saturates at the end of time.
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros_of(span)))
    }

    /// The instant `span` earlier; saturates at the beginning of time.
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros_of(span)))
    }

    /// The time from `earlier` to this instant; zero when it lies later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    fn timestamp(self) -> Timestamp {
        let within = self.0.clamp(
            Timestamp::MIN.as_microsecond(),
            Timestamp::MAX.as_microsecond(),
        );
        Timestamp::from_microsecond(within).expect("invariant: clamped to the range of timestamps")
    }
}

fn micros_of(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// RFC 3339 in UTC with milliseconds, as Fanvue writes and reads it; microseconds where there are
/// any.
impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.0 % 1000 == 0 { 3 } else { 6 };
        write!(formatter, "{:.digits$}", self.timestamp())
    }
}

/// A calendar day of some zone, such as 2026-11-22.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDay(Date);

/// Text that is not a calendar day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day such as 2026-11-22")]
pub struct NotADay(pub String);

impl LocalDay {
    /// 1970-01-01, from which days are numbered.
    pub const EPOCH: Self = Self(jiff::civil::date(1970, 1, 1));

    /// 0001-01-01, before anything that can be sold.
    pub const BEFORE_ALL: Self = Self(jiff::civil::date(1, 1, 1));

    /// The day of a date.
    pub const fn new(date: Date) -> Self {
        Self(date)
    }

    /// The date itself.
    pub const fn date(self) -> Date {
        self.0
    }

    /// Reads `YYYY-MM-DD`, and nothing looser.
    pub fn parse(text: &str) -> Result<Self, NotADay> {
        let wrong = || NotADay(text.to_owned());
        if text.len() != 10 {
            return Err(wrong());
        }
        text.parse::<Date>().map(Self).map_err(|_| wrong())
    }

    /// The day `days` later (earlier when negative); saturates at the ends of the calendar.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(i64::from(days).days()))
    }

    /// Days from `earlier` to this day.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.0.since(earlier.0).map_or(0, |span| span.get_days())
    }

    /// The Monday of this day's ISO week.
    pub fn start_of_week(self) -> Self {
        self.plus_days(-i32::from(self.0.weekday().to_monday_zero_offset()))
    }

    /// The first day of this day's month.
    pub fn start_of_month(self) -> Self {
        Self(self.0.first_of_month())
    }

    /// The first day of the next month.
    pub fn start_of_next_month(self) -> Self {
        Self(self.0.last_of_month()).plus_days(1)
    }

    /// The same day a year earlier; 29 February becomes 28 February.
    pub fn year_earlier(self) -> Self {
        Self(self.0.saturating_sub(1.year()))
    }
}

impl fmt::Display for LocalDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// An IANA time zone, from the tables compiled into the program: every host cuts days alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// A name that is not in the IANA tables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an IANA time zone such as Europe/Berlin")]
pub struct UnknownZone(pub String);

impl Zone {
    /// Looks a zone up by its IANA name.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        let rules = TimeZone::get(name).map_err(|_| UnknownZone(name.to_owned()))?;
        let name = rules.iana_name().unwrap_or(name).to_owned();
        Ok(Self { name, rules })
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            rules: TimeZone::UTC,
        }
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The local day in which an instant lies.
    pub fn day_of(&self, instant: Instant) -> LocalDay {
        LocalDay(self.rules.to_datetime(instant.timestamp()).date())
    }

    /// What clocks in the zone show at an instant, such as `2026-11-22 09:30`.
    pub fn wall_clock(&self, instant: Instant) -> String {
        let shown = self.rules.to_datetime(instant.timestamp());
        shown.strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The instant at which clocks in the zone show `2026-11-22 09:30`; the first of two where they
    /// are put back. `None` for other text, and for a time that clocks skip.
    pub fn at_wall_clock(&self, text: &str) -> Option<Instant> {
        let shown = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", text).ok()?;
        let ambiguous = self.rules.to_ambiguous_timestamp(shown);
        if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
            return None;
        }
        let timestamp = ambiguous.compatible().ok()?;
        Some(Instant(timestamp.as_microsecond()))
    }

    /// The first instant of a local day. Where the clock skips midnight, the first instant after
    /// the gap; where it repeats it, the first of the two.
    pub fn start_of(&self, day: LocalDay) -> Instant {
        let midnight = day.0.at(0, 0, 0, 0);
        self.rules
            .to_ambiguous_timestamp(midnight)
            .compatible()
            .map_or(Instant(i64::MAX), |timestamp| {
                Instant(timestamp.as_microsecond())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    fn hours_of(zone: &str, text: &str) -> i64 {
        let zone = Zone::parse(zone).unwrap();
        let length =
            zone.start_of(day(text).plus_days(1)).micros() - zone.start_of(day(text)).micros();
        length / 3_600_000_000
    }

    #[test]
    fn days_have_23_24_or_25_hours_and_a_missing_day_has_none() {
        assert_eq!(hours_of("Europe/Berlin", "2026-03-29"), 23);
        assert_eq!(hours_of("Europe/Berlin", "2026-10-25"), 25);
        assert_eq!(hours_of("Europe/Berlin", "2026-11-22"), 24);
        assert_eq!(hours_of("Pacific/Apia", "2011-12-30"), 0);
    }

    #[test]
    fn an_instant_belongs_to_the_day_that_its_zone_shows() {
        let instant = Instant::parse("2026-11-22T23:30:00Z").unwrap();
        assert_eq!(
            Zone::parse("Pacific/Kiritimati").unwrap().day_of(instant),
            day("2026-11-23")
        );
        assert_eq!(Zone::utc().day_of(instant), day("2026-11-22"));
    }

    #[test]
    fn instants_read_and_write_rfc_3339_to_the_microsecond() {
        let instant = Instant::parse("2026-11-22T10:00:00.123+01:00").unwrap();
        assert_eq!(instant.to_string(), "2026-11-22T09:00:00.123Z");
        assert_eq!(
            Instant::from_micros(1).to_string(),
            "1970-01-01T00:00:00.000001Z"
        );
        assert!(Instant::parse("2026-11-22").is_err());
        assert!(Instant::parse("2026-11-22T10:00:00").is_err());
    }

    #[test]
    fn wall_clocks_are_read_back_but_for_the_hour_that_is_skipped() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let instant = Instant::parse("2026-11-22T08:30:00Z").unwrap();
        assert_eq!(berlin.wall_clock(instant), "2026-11-22 09:30");
        assert_eq!(berlin.at_wall_clock("2026-11-22 09:30"), Some(instant));
        assert_eq!(berlin.at_wall_clock("2026-03-29 02:30"), None);
        let first = Instant::parse("2026-10-25T00:30:00Z").unwrap();
        assert_eq!(berlin.at_wall_clock("2026-10-25 02:30"), Some(first));
        assert_eq!(berlin.at_wall_clock("2026-11-22"), None);
    }

    #[test]
    fn calendar_steps_stay_on_the_calendar() {
        assert_eq!(day("2026-11-22").start_of_week(), day("2026-11-16"));
        assert_eq!(day("2026-12-31").start_of_next_month(), day("2027-01-01"));
        assert_eq!(day("2028-02-29").year_earlier(), day("2027-02-28"));
        assert_eq!(day("2026-11-22").days_since(day("2026-10-24")), 29);
        assert!(LocalDay::parse("2026-2-3").is_err());
    }
}
