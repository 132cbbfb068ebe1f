//! The window of an answer: half-open in instants, cut at local midnights of a zone.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use tidemark_domain::{Instant, LocalDay, Zone};

use crate::parameters::ParameterError;

const MICROSECOND: Duration = Duration::from_micros(1);

/// What was asked for, before "now", the zone and the ledger's beginning are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The last so many local days, including today.
    LastDays(i32),
    /// From one bound to the other. Without a start: from the first transaction's local day.
    /// Without an end: through today. `timeRange=all` has neither.
    Between {
        /// the first day or instant
        start: Option<Bound>,
        /// the last day, or the first instant after the window
        end: Option<Bound>,
    },
}

impl Span {
    /// `timeRange=all`
    pub const ALL: Self = Self::Between {
        start: None,
        end: None,
    };

    /// Whether the window starts with the first transaction, so that it must be looked up.
    pub fn starts_with_the_ledger(self) -> bool {
        matches!(self, Self::Between { start: None, .. })
    }
}

/// One end of a window, in the form in which it was asked; it is echoed in that form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A local day, included whole.
    Day(LocalDay),
    /// An instant: included as a start, excluded as an end.
    Instant(Instant),
}

impl Bound {
    fn as_start(self, zone: &Zone) -> Instant {
        match self {
            Self::Day(day) => zone.start_of(day),
            Self::Instant(instant) => instant,
        }
    }

    fn as_end(self, zone: &Zone) -> Instant {
        match self {
            Self::Day(day) => zone.start_of(day.plus_days(1)),
            Self::Instant(instant) => instant,
        }
    }

    fn last_day(self, zone: &Zone) -> LocalDay {
        match self {
            Self::Day(day) => day,
            Self::Instant(instant) => zone.day_of(instant.minus(MICROSECOND)),
        }
    }
}

/// `2026-11-22`, or RFC 3339 in UTC: a valid `startDate` or `endDate` that means the same bound.
impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(formatter),
            Self::Instant(instant) => instant.fmt(formatter),
        }
    }
}

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A resolved window: the rows with `start` ≤ `occurred_at` < `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside.
    pub start: Instant,
    /// The first instant after.
    pub end: Instant,
    /// The local day in which the window begins.
    pub first_day: LocalDay,
    /// The local day of its last instant; before `first_day` only for an empty window.
    pub last_day: LocalDay,
    /// The start as the response echoes it.
    pub start_shown: Bound,
    /// The end as the response echoes it.
    pub end_shown: Bound,
}

impl Window {
    /// Fixes a span at `now`. `first_transaction` is the earliest row in scope; only spans without
    /// a start ask for it. Where such a span has no row to begin with, the window is empty.
    ///
    /// # Errors
    /// When the start lies after the end.
    pub fn resolve(
        span: Span,
        zone: &Zone,
        first_transaction: Option<Instant>,
        now: Instant,
    ) -> Result<Self, ParameterError> {
        let today = zone.day_of(now);
        match span {
            Span::LastDays(days) => Ok(Self::between_days(today.plus_days(1 - days), today, zone)),
            Span::Between { start, end } => {
                let end = end.unwrap_or(Bound::Day(today));
                let Some(start) = start else {
                    return Ok(Self::from_the_first_transaction(
                        first_transaction,
                        end,
                        zone,
                    ));
                };
                if start.as_start(zone) > end.as_end(zone) {
                    return Err(ParameterError::start_after_end());
                }
                Ok(Self::between(start, end, zone))
            }
        }
    }

    /// The whole local days from `first_day` through `last_day`.
    pub fn between_days(first_day: LocalDay, last_day: LocalDay, zone: &Zone) -> Self {
        Self::between(Bound::Day(first_day), Bound::Day(last_day), zone)
    }

    fn between(start: Bound, end: Bound, zone: &Zone) -> Self {
        let start_instant = start.as_start(zone);
        let first_day = match start {
            Bound::Day(day) => day,
            Bound::Instant(instant) => zone.day_of(instant),
        };
        Self {
            start: start_instant,
            end: end.as_end(zone),
            first_day,
            last_day: end.last_day(zone),
            start_shown: start,
            end_shown: end,
        }
    }

    fn from_the_first_transaction(first: Option<Instant>, end: Bound, zone: &Zone) -> Self {
        let end_instant = end.as_end(zone);
        let first_day = first.map(|instant| zone.day_of(instant));
        if let Some(day) = first_day.filter(|day| zone.start_of(*day) < end_instant) {
            return Self::between(Bound::Day(day), end, zone);
        }
        let last_day = end.last_day(zone);
        Self {
            start: end_instant,
            end: end_instant,
            first_day: last_day,
            last_day,
            start_shown: Bound::Day(last_day),
            end_shown: end,
        }
    }

    /// Whether no instant lies inside.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Whether an instant lies inside.
    pub fn contains(&self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }

    /// The number of local days that it touches.
    pub fn days(&self) -> i32 {
        self.last_day.days_since(self.first_day) + 1
    }

    /// Whether it consists of whole local days.
    pub fn has_whole_days(&self, zone: &Zone) -> bool {
        self.start == zone.start_of(self.first_day)
            && self.end == zone.start_of(self.last_day.plus_days(1))
    }
}
