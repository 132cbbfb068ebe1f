//! Alerts to the agency's own channels: what they say, where they go, and whether they arrived.

pub mod delivery;
pub mod destination;
pub mod episodes;
pub mod format;
pub mod message;

/// The kinds of alerts that a destination may want.
pub const KINDS: [&str; 7] = [
    "shift_late",
    "shift_missed",
    "shift_late_resolved",
    "post_missed",
    "post_late_resolved",
    "stale_data",
    "reconnect",
];
