//! The lanes, and how long a slice of a long stretch of time should be.

use serde::{Deserialize, Serialize};
use tidemark_domain::Instant;

use super::walk::Walk;

const DAY: u64 = 24 * 60 * 60;

/// The shortest and the longest slice, in seconds.
const SHORTEST: u64 = 60 * 60;
const LONGEST: u64 = 4_000 * DAY;

/// Slices that came in so few pages grow; above the other they shrink. In between, a restart costs
/// little and a walk's memory stays small.
const FEW_PAGES: u32 = 15;
const MANY_PAGES: u32 = 60;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// what is new
    Head,
    /// the past, for the first time
    Backfill,
    /// the past, once more
    Reread,
}

/// A stretch of time read slice by slice, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slices {
    /// length of the next slice, seconds
    span_seconds: u64,
    /// the slice under way
    pub walk: Option<Walk>,
}

impl Default for Slices {
    fn default() -> Self {
        Self {
            span_seconds: 30 * DAY,
            walk: None,
        }
    }
}

impl Slices {
    /// Begins the newest slice of `[floor, end)` and remembers it.
    pub fn begin(&mut self, floor: Instant, end: Instant, fresh: bool) {
        let span = std::time::Duration::from_secs(self.span_seconds);
        let from = floor.max(end.minus(span));
        self.walk = Some(Walk::beginning(from, end, fresh));
    }

    /// Ends the slice under way and returns where it began.
    pub fn end(&mut self) -> Option<Instant> {
        let walk = self.walk.take()?;
        self.span_seconds = match walk.pages {
            0 | 1 => self.span_seconds.saturating_mul(4),
            2..=FEW_PAGES => self.span_seconds.saturating_mul(2),
            pages if pages > MANY_PAGES => self.span_seconds / 2,
            _ => self.span_seconds,
        }
        .clamp(SHORTEST, LONGEST);
        Some(walk.from)
    }
}

/// Why a window is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RereadReason {
    /// the last 35 days, every day
    Nightly,
    /// the last 130 days, every 7 days
    Weekly,
    /// somebody asked for the whole history
    Full,
    /// rows changed their shape: those stored before get the identity of the new one
    Reshaped,
    /// a day's sum differs from Fanvue's, or an order appeared in two places
    Repair,
    /// the head's window held too many rows to tell which are missing
    Crowded,
}

/// A window to read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reread {
    /// why
    pub reason: RereadReason,
    /// first instant, included
    pub from: Instant,
    /// end of what is left, excluded
    pub to: Instant,
    /// when it was asked for
    pub begun_at: Instant,
    /// how often it was asked for because reading it was disturbed
    pub tries: u32,
    /// the slices
    pub slices: Slices,
}

impl Reread {
    /// A window to be read again from its end on.
    pub fn new(reason: RereadReason, from: Instant, to: Instant, begun_at: Instant) -> Self {
        Self {
            reason,
            from,
            to,
            begun_at,
            tries: 0,
            slices: Slices::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tidemark_domain::HISTORY_FLOOR;

    fn slice_after(pages: u32) -> Duration {
        let mut slices = Slices::default();
        let end = HISTORY_FLOOR.plus(Duration::from_hours(24 * 3_000));
        slices.begin(HISTORY_FLOOR, end, true);
        slices.walk.as_mut().unwrap().pages = pages;
        let from = slices.end().unwrap();
        slices.begin(HISTORY_FLOOR, from, true);
        let walk = slices.walk.unwrap();
        walk.to.since(walk.from)
    }

    #[test]
    fn slices_grow_where_there_is_little_and_shrink_where_there_is_much() {
        let days = |days: u64| Duration::from_secs(days * DAY);
        assert_eq!(slice_after(1), days(120));
        assert_eq!(slice_after(15), days(60));
        assert_eq!(slice_after(60), days(30));
        assert_eq!(slice_after(61), days(15));
    }

    #[test]
    fn an_empty_history_is_read_in_a_handful_of_slices() {
        let mut slices = Slices::default();
        let mut end = HISTORY_FLOOR.plus(Duration::from_hours(24 * 3_250));
        let mut count = 0;
        while end > HISTORY_FLOOR {
            slices.begin(HISTORY_FLOOR, end, true);
            slices.walk.as_mut().unwrap().pages = 1;
            end = slices.end().unwrap();
            count += 1;
        }
        assert_eq!(count, 5);
    }
}
