//! Team play: members, shifts and planned posts; what the gamification checks find of them; points,
//! and alerts.
//!
//! The checks derive their work from state, not from "now − 2 h": every subject that changed or whose
//! next turn is due is judged again from its facts, so any cadence finds each event once (defects
//! D105, D106).

pub mod alerts;
pub mod check;
pub mod events;
pub mod import;
pub mod points;
pub mod punctuality;
pub mod routes;
pub mod schedule;

pub use check::{TeamSettings, check_late_shifts, check_missed_posts};

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
