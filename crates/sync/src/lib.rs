//! transaction-sync: Fanvue's earnings rows into the ledger.
//!
//! One model's stream is read in walks. A walk covers a window of time, newest page first; pages and
//! the cursor of the next are stored in one statement. Only a walk read to its end proves its window
//! complete.
//!
//! - [`state`]: the state machine: lanes, walks, what is due next (pure)
//! - [`identity`]: what identifies a row (pure)
//! - [`fetch`]: a page from Fanvue
//! - [`batch`]: pages put together into one write
//! - [`ledger`], [`stream`]: what is read into the database, and the state back
//! - [`reader`]: one model, task by task
//! - [`reconcile`]: the ledger against Fanvue's own sums
//! - [`audit`], [`replay`]: the same, and the quarantine once more, on request for a whole agency
//! - [`hints`]: models that webhooks named, at once
//! - [`creators`]: which models there are

pub mod audit;
pub mod batch;
pub mod creators;
pub mod fetch;
pub mod hints;
pub mod identity;
pub mod ledger;
pub mod on_request;
pub mod reader;
pub mod reconcile;
pub mod replay;
pub mod state;
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
    /// rows that are enough for a write of their own; see [`ROWS_PER_WRITE`]
    pub rows_per_write: usize,
    /// models that webhooks named which are read at the same time; see [`HINTS_AT_ONCE`]
    pub hints_at_once: usize,
}

/// Models that webhooks named which are read at the same time: each draws from a bucket of its own at
/// Fanvue, so what bounds them is memory.
pub const HINTS_AT_ONCE: usize = 8;

/// Rows per write where nothing speaks against it: beyond it, larger statements gain nothing.
pub const ROWS_PER_WRITE: usize = 1_000;

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
