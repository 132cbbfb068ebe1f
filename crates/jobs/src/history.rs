//! The history of steps, agency by agency, for `/api/status`, `/api/health` and the metrics.

use serde::Serialize;
use tidemark_domain::AgencyId;
use tidemark_ports::{Sql, SqlError, Value};

use crate::StepReport;

#[derive(Serialize)]
struct Entry<'a> {
    agency_id: AgencyId,
    job: &'a str,
    started_at: i64,
    took_ms: u64,
    outcome: &'a str,
    report: &'a StepReport,
}

/// Records what a step did for each agency.
///
/// # Errors
/// When the statement fails.
pub async fn record(sql: &impl Sql, reports: &[(AgencyId, StepReport)]) -> Result<(), SqlError> {
    let entries: Vec<Entry<'_>> = reports
        .iter()
        .map(|(agency, report)| Entry {
            agency_id: *agency,
            job: report.job,
            started_at: report.started_at.micros(),
            took_ms: u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
            outcome: report.outcome.word(),
            report,
        })
        .collect();
    let json = serde_json::to_vec(&entries).expect("invariant: reports have only string keys");
    sql.query(include_str!("sql/record_steps.sql"), &[Value::Json(json)])
        .await
        .map(drop)
}
