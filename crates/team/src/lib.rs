//! gamification-checks: were shifts begun and posts published on time?
//!
//! The checks derive their work from state, not from "now − 2 h": every subject that is due and not
//! settled is judged again, so any cadence finds each event once (defects D105, D106).

pub mod check;
pub mod punctuality;

pub use check::{check_late_shifts, check_missed_posts};

use std::time::Duration;

use tidemark_jobs::Description;

/// The late-shift check.
pub const LATE_SHIFTS: Description = Description {
    name: "check-late-shifts",
    summary: "Finds shifts that nobody clocked in to on time, and settles those that came late.",
    interval: Duration::from_hours(6),
};

/// The missed-post check.
pub const MISSED_POSTS: Description = Description {
    name: "check-missed-posts",
    summary: "Finds planned posts that were not published in time, and settles those that came late.",
    interval: Duration::from_hours(6),
};
