//! stats-refresh: the audience of each model, counted with the cheapest exact calls.
//!
//! A count is an observation with a time. A failed call changes nothing: the old value stays, with
//! its age, and the other kinds go on (defects D25 and D26).
//!
//! - [`schedule`]: when each kind is read, what that may cost, and why
//! - [`visit`]: the calls that are due, each kind by itself; what is live first
//! - [`past`]: levels before the first observation, and in gaps, from Fanvue's events
//! - [`posts`]: the number of posts where Fanvue does not tell it
//! - [`store`]: one statement per visit
//! - [`relabel`]: the history after a change of the agency's zone
//!
//! It also keeps the roll-ups in order that triggers leave to be settled, because it runs most often:
//! see `tidemark_analytics::roll_up`.

pub mod kind;
pub mod past;
pub mod posts;
pub mod refresh;
pub mod relabel;
pub mod schedule;
pub mod state;
pub mod store;
pub mod visit;

use std::time::Duration;

use tidemark_analytics::roll_up;
use tidemark_connections::ConnectionSettings;
use tidemark_jobs::drive::drive;
use tidemark_jobs::{Description, StepError, StepReport, StepRequest};
use tidemark_ports::Platform;

use crate::refresh::StatsRefresh;

/// The job, as `describe` of the shared interface tells it.
pub const DESCRIPTION: Description = Description {
    name: "daily-refresh",
    summary: "Counts subscribers, followers, unread messages and posts of every connected model.",
    interval: Duration::from_mins(5),
};

/// What a step needs to know from configuration.
pub struct AudienceSettings {
    /// how to reach Fanvue and open stored grants
    pub connections: ConnectionSettings,
    /// wall time of a step that names none
    pub step_budget: Duration,
}

/// Runs one step: counts the audience of each model, the least fresh first.
///
/// # Errors
/// [`StepError`] when the step could not begin or the database failed; what was stored before
/// stays stored.
pub async fn step(
    platform: &impl Platform,
    settings: &AudienceSettings,
    request: &StepRequest,
) -> Result<StepReport, StepError> {
    let deadline = platform
        .now()
        .plus(request.budget.unwrap_or(settings.step_budget));
    let job = StatsRefresh::new(platform, settings, request);
    let report = drive(platform, &job, request, settings.step_budget).await?;
    roll_up::maintain(platform, request.agency, deadline).await?;
    Ok(report)
}
