//! The run that all callers of one agency's job work on together.
//!
//! A caller that comes while a run is open joins it, so that repeated steps of a page or of
//! several hosts converge on "done" instead of starting over.

use std::time::Duration;

use tidemark_domain::{AgencyId, Instant};
use tidemark_ports::{Sql, SqlError, Value};

use crate::{StepError, StepRequest};

/// After this time an unfinished run no longer counts as fresh: its next caller moves its start.
/// A full re-read is exempt, it may take hours.
pub const RUN_GOES_STALE: Duration = Duration::from_mins(10);

/// One agency's open run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// the tenant
    pub agency: AgencyId,
    /// models proven at or after this instant are done
    pub started_at: Instant,
    /// whether the whole history is to be read again
    pub full: bool,
}

/// Opens or joins the runs of the agencies in scope.
///
/// # Errors
/// [`StepError::NotFound`] when the scope names an agency that does not exist.
pub async fn open(
    sql: &impl Sql,
    job: &str,
    request: &StepRequest,
    now: Instant,
) -> Result<Vec<Run>, StepError> {
    let rows = sql
        .query(
            include_str!("sql/open_runs.sql"),
            &[
                job.into(),
                Value::from(request.agency),
                now.into(),
                now.minus(RUN_GOES_STALE).into(),
                request.full.into(),
            ],
        )
        .await?;
    if let (Some(agency), true) = (request.agency, rows.is_empty()) {
        return Err(StepError::NotFound(format!("there is no agency {agency}")));
    }
    rows.iter()
        .map(|row| {
            Ok(Run {
                agency: AgencyId::new(row.get(0)?),
                started_at: row.get(1)?,
                full: row.get(2)?,
            })
        })
        .collect()
}

/// Closes a run in which every model is done, unless its start was moved meanwhile.
///
/// # Errors
/// When the statement fails.
pub async fn close(sql: &impl Sql, job: &str, run: &Run) -> Result<(), SqlError> {
    sql.query(
        include_str!("sql/close_run.sql"),
        &[run.agency.into(), job.into(), run.started_at.into()],
    )
    .await
    .map(drop)
}
