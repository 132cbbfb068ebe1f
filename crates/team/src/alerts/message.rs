//! What alerts say: plain text, escaped only for the channel that it goes to.

use tidemark_domain::{Instant, Zone};

/// Who and what an event is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// the member's name
    pub member: &'a str,
    /// the model's handle
    pub model: Option<&'a str>,
    /// when it was planned
    pub planned_at: Instant,
    /// whole minutes late
    pub minutes_late: Option<i64>,
    /// the agency's zone
    pub zone: &'a Zone,
}

/// Title and detail of an event; `None` for what nobody needs to be told.
pub fn of_event(kind: &str, about: &About<'_>) -> Option<(String, String)> {
    let member = about.member;
    let minutes = about.minutes_late.unwrap_or_default();
    let when = format!(
        "{} ({})",
        about.zone.wall_clock(about.planned_at),
        about.zone.name()
    );
    let model = about
        .model
        .map_or(String::new(), |model| format!(" for @{model}"));
    let (title, detail) = match kind {
        "shift_late" => (
            format!("{member} is late"),
            format!("Nobody has clocked in to the shift{model} that began at {when}."),
        ),
        "shift_missed" => (
            format!("{member} missed a shift"),
            format!("Nobody clocked in to the shift{model} that began at {when}."),
        ),
        "shift_late_resolved" => (
            format!("{member} clocked in {minutes} minutes late"),
            format!("The shift{model} began at {when}."),
        ),
        "post_missed" => (
            format!("{member} missed a post"),
            format!("The post{model} was planned for {when} and has not appeared."),
        ),
        "post_late_resolved" => (
            format!("{member} posted {minutes} minutes late"),
            format!("The post{model} was planned for {when}."),
        ),
        _ => return None,
    };
    Some((title, detail))
}
