//! The points of the chart: days, ISO weeks or months, clipped to the window and without gaps.

use serde::Serialize;
use tidemark_domain::{Instant, LocalDay, Zone};

use crate::window::Window;

/// The longest window, in local days, that is shown by day unless asked otherwise.
const LONGEST_BY_DAY: i32 = 31;
/// The longest window, in local days, that is shown by week unless asked otherwise.
const LONGEST_BY_WEEK: i32 = 180;

/// How long a bucket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// A local day.
    Day,
    /// An ISO week, from Monday.
    Week,
    /// A calendar month.
    Month,
}

impl Granularity {
    /// The granularity of a window that names none: ≤ 31 days by day, ≤ 180 by week, else by
    /// month.
    pub fn fitting(window: &Window) -> Self {
        let days = window.days();
        if days <= LONGEST_BY_DAY {
            Self::Day
        } else if days <= LONGEST_BY_WEEK {
            Self::Week
        } else {
            Self::Month
        }
    }

    fn start_of_next(self, day: LocalDay) -> LocalDay {
        match self {
            Self::Day => day.plus_days(1),
            Self::Week => day.start_of_week().plus_days(7),
            Self::Month => day.start_of_next_month(),
        }
    }
}

/// One point of the chart: the part of a day, week or month that lies in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The first local day inside the window.
    pub first_day: LocalDay,
    /// The last local day inside the window.
    pub last_day: LocalDay,
    /// The first instant inside.
    pub start: Instant,
    /// The first instant after.
    pub end: Instant,
}

impl Bucket {
    /// Whether an instant lies inside.
    pub fn contains(&self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }
}

/// All buckets of a window, oldest first. They tile it: each begins where the one before ends. A
/// day that the zone skipped has no bucket.
pub fn buckets(window: &Window, granularity: Granularity, zone: &Zone) -> Vec<Bucket> {
    let mut buckets = Vec::new();
    let mut first_day = window.first_day;
    let mut start = window.start;
    while first_day <= window.last_day {
        let next_day = granularity.start_of_next(first_day);
        let is_last = next_day > window.last_day;
        let end = if is_last {
            window.end
        } else {
            zone.start_of(next_day).min(window.end)
        };
        if start < end {
            let last_day = next_day.plus_days(-1).min(window.last_day);
            buckets.push(Bucket {
                first_day,
                last_day,
                start,
                end,
            });
            start = end;
        }
        first_day = next_day;
    }
    buckets
}
