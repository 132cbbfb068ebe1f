//! Instants, and where they come from: the system clock, or a handle a test moves.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

const MICROS_PER_MILLISECOND: i64 = 1_000;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// An instant: UTC microseconds since 1970. In JSON it is RFC 3339 with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub i64);

impl Micros {
    /// The system's present.
    pub fn now() -> Self {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(micros_of(elapsed))
    }

    /// Reads RFC 3339 with an offset; date-only and naive date-times are `None`.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<Timestamp>()
            .ok()
            .map(|timestamp| Self(timestamp.as_microsecond()))
    }

    /// This instant moved forward.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros_of(duration)))
    }

    /// This instant moved back.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros_of(duration)))
    }

    /// This instant moved by whole seconds, back if they are negative.
    pub(crate) fn shifted(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole days since 1970, in UTC.
    pub(crate) fn day(self) -> i64 {
        self.0.div_euclid(MICROS_PER_DAY)
    }

    /// The first instant of a UTC day, saturating at the ends of time.
    pub(crate) fn start_of_day(day: i64) -> Self {
        Self(day.saturating_mul(MICROS_PER_DAY))
    }

    /// Fanvue's dates have milliseconds and no more.
    pub(crate) fn whole_milliseconds(self) -> Self {
        Self(self.0 - self.0.rem_euclid(MICROS_PER_MILLISECOND))
    }

    /// Unix seconds, rounded up, so that whoever waits for them does not come early.
    pub(crate) fn unix_seconds_up(self) -> i64 {
        -(-self.0).div_euclid(1_000_000)
    }

    pub(crate) fn timestamp(self) -> Timestamp {
        let nearest_end = if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        Timestamp::from_microsecond(self.0).unwrap_or(nearest_end)
    }
}

fn micros_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Micros {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3}", self.timestamp())
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("expected an RFC 3339 instant"))
    }
}

/// Where the simulator's "now" comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The system clock.
    #[default]
    Real,
    /// A clock that stands still until its handle is moved.
    Manual(ManualClock),
}

impl Clock {
    /// The present according to this clock.
    pub fn now(&self) -> Micros {
        match self {
            Self::Real => Micros::now(),
            Self::Manual(clock) => clock.now(),
        }
    }
}

/// A shared, settable clock: every clone moves with the others.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock standing at `now`.
    pub fn new(now: Micros) -> Self {
        Self(Arc::new(AtomicI64::new(now.0)))
    }

    /// Where the clock stands.
    pub fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }

    /// Moves the clock to `now`, forward or back.
    pub fn set(&self, now: Micros) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(micros_of(duration), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_carry_milliseconds_and_z() {
        let instant = Micros::parse("2026-11-22T10:00:00.1234+01:00").unwrap();
        assert_eq!(instant.to_string(), "2026-11-22T09:00:00.123Z");
    }

    #[test]
    fn a_date_without_a_zone_is_not_an_instant() {
        assert_eq!(Micros::parse("2026-11-22"), None);
        assert_eq!(Micros::parse("2026-11-22T10:00:00"), None);
    }

    #[test]
    fn unix_seconds_are_rounded_up() {
        assert_eq!(Micros(1_000_000).unix_seconds_up(), 1);
        assert_eq!(Micros(1_000_001).unix_seconds_up(), 2);
    }

    #[test]
    fn clones_of_a_manual_clock_move_together() {
        let clock = ManualClock::new(Micros(5));
        let other = Clock::Manual(clock.clone());
        clock.advance(Duration::from_micros(7));
        assert_eq!(other.now(), Micros(12));
    }
}
