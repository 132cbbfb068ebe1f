//! transaction-sync: Fanvue's earnings rows into the ledger.
//!
//! One model's stream is read in walks. A walk covers a window of time, newest page first; every
//! page is one statement that stores its rows together with the cursor of the next. Only a walk
//! read to its end proves its window complete.
//!
//! - [`plan`]: which walk is due (pure)
//! - [`row_key`]: what identifies a row (pure)
//! - [`fetch`]: a page from Fanvue
//! - [`ledger`]: a page into the database
//! - [`reader`]: one model, page by page
//! - [`creators`]: which models there are

pub mod creators;
pub mod fetch;
pub mod ledger;
pub mod plan;
pub mod reader;
pub mod row_key;
pub mod stream;

use std::time::Duration;

use tidemark_connections::ConnectionSettings;
use tidemark_jobs::drive::drive;
use tidemark_jobs::{Description, StepError, StepReport, StepRequest};
use tidemark_ports::Platform;

use crate::reader::TransactionSync;

/// The job, as `describe` of the shared interface tells it.
pub const DESCRIPTION: Description = Description {
    name: "sync-transactions",
    summary: "Reads Fanvue's earnings rows of every connected model into the ledger.",
    interval: Duration::from_mins(15),
};

/// What a step needs to know from configuration.
pub struct SyncSettings {
    /// how to reach Fanvue and open stored grants
    pub connections: ConnectionSettings,
    /// wall time of a step that names none
    pub step_budget: Duration,
}

/// Runs one step: finds new creators, then reads models, the least fresh first.
///
/// # Errors
/// [`StepError`] when the step could not begin or the database failed; what was stored before
/// stays stored.
pub async fn step(
    platform: &impl Platform,
    settings: &SyncSettings,
    request: &StepRequest,
) -> Result<StepReport, StepError> {
    let job = TransactionSync::new(platform, settings);
    drive(platform, &job, request, settings.step_budget).await
}
