//! Work on one model that a person asks for, outside of a step but under the same lease.

use std::time::Duration;

use tidemark_connections::ConnectionError;
use tidemark_jobs::work::ModelWork;
use tidemark_jobs::{Lease, StepBudget, Stream};
use tidemark_ports::{Platform, SqlError};

/// Time for one model: a call, a few statements, and the waits between them.
const TIME_PER_MODEL: Duration = Duration::from_secs(30);

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum OnRequestError {
    /// A step is reading the model.
    #[error("a sync is working on it; try again in a moment")]
    Busy,
    /// Fanvue, the grant or the database.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}

impl From<SqlError> for OnRequestError {
    fn from(error: SqlError) -> Self {
        Self::Connection(error.into())
    }
}

/// Does some work on a model while nobody else can.
///
/// # Errors
/// [`OnRequestError`], also that of the work.
pub async fn under_lease<P: Platform, T>(
    platform: &P,
    work: &ModelWork,
    task: impl AsyncFnOnce(Lease, StepBudget) -> Result<T, OnRequestError>,
) -> Result<T, OnRequestError> {
    let budget = StepBudget::starting_now(platform, TIME_PER_MODEL);
    let scope = (work.agency, work.model, Stream::Transactions);
    let lease = Lease::take(platform, scope, budget, platform.now()).await?;
    let lease = lease.ok_or(OnRequestError::Busy)?;
    let result = task(lease, budget).await;
    lease.release(platform).await?;
    result
}
