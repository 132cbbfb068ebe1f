//! stats-refresh: head-counts of each model's audience.
//!
//! It also keeps the roll-ups in order that triggers leave to be settled, because it runs most often:
//! see `tidemark_analytics::roll_up`.
//!
//! A count is an observation with a time. A failed call changes nothing: the old value stays, with
//! its age (defects D25 and D26).

pub mod counts;
pub mod refresh;

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
    summary: "Counts subscribers, followers and unread messages of every connected model.",
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
    let job = StatsRefresh::new(platform, settings);
    let report = drive(platform, &job, request, settings.step_budget).await?;
    roll_up::maintain(platform, request.agency, deadline).await?;
    Ok(report)
}
