//! `tidemark sync`: steps until an agency's ledger is up to date.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tidemark::runtime::jobs::{Outcome, StepReport, StepRequest};
use tidemark::runtime::{Application, Limits};
use tidemark_domain::{AgencyId, ModelId};
use tidemark_ports::Sql;

use crate::cli::SyncArguments;
use crate::commands::build::build_stale;
use crate::commands::output::Output;
use crate::project::{DataDir, Project, open_application, open_migrated_database, platform};

/// The job that reads the ledger.
pub const SYNC_JOB: &str = "sync-transactions";

/// One step of a shown sync: short, so that the bar moves.
const SHOWN_STEP: Duration = Duration::from_secs(2);

/// How long to wait while another process works on all that is left.
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// Syncs one agency, or one of its models.
pub async fn run(arguments: &SyncArguments, output: Output) -> Result<()> {
    let project = Project::read(&arguments.database.manifest.manifest)?;
    build_stale(&project).await?;
    let data_dir = DataDir::open(&arguments.database.data_dir)?;
    let database = open_migrated_database(&arguments.database).await?;
    let application = open_application(
        &project,
        &database,
        &data_dir,
        BTreeMap::new(),
        Limits::default(),
    )
    .await?;
    let platform = platform(&database)?;
    let request = StepRequest {
        job: SYNC_JOB.to_owned(),
        agency_id: Some(arguments.agency.to_string()),
        model_id: arguments.model.map(|model| model.to_string()),
        full: arguments.full,
        budget_ms: None,
    };
    let scope = (arguments.agency, arguments.model);
    let result = sync_shown(&application, &platform, scope, request).await;
    drop(application);
    database.close().await?;
    let total = result?;
    output.print(&total.sentence(), &total.json(arguments.agency));
    if total.problems.is_empty() {
        return Ok(());
    }
    bail!("{}", total.problems.join("; "))
}

/// What all steps of a sync did together.
#[derive(Debug, Default)]
pub struct SyncTotal {
    inserted: u64,
    changed: u64,
    unchanged: u64,
    quarantined: u64,
    api_calls: u32,
    models: u32,
    /// what went wrong, one sentence each
    pub problems: Vec<String>,
}

impl SyncTotal {
    fn add(&mut self, report: &StepReport) {
        self.inserted += report.rows.inserted;
        self.changed += report.rows.changed;
        self.unchanged += report.rows.unchanged;
        self.quarantined += report.rows.quarantined;
        self.api_calls += report.api_calls;
        self.models = report.progress.total;
        self.problems = report
            .problems
            .iter()
            .map(|problem| problem.message.clone())
            .collect();
    }

    /// One line for people.
    pub fn sentence(&self) -> String {
        format!(
            "{} models: {} new, {} changed, {} unchanged, {} unreadable rows ({} API calls)",
            self.models,
            self.inserted,
            self.changed,
            self.unchanged,
            self.quarantined,
            self.api_calls
        )
    }

    fn json(&self, agency: AgencyId) -> serde_json::Value {
        serde_json::json!({
            "agencyId": agency,
            "models": self.models,
            "apiCalls": self.api_calls,
            "rows": {
                "inserted": self.inserted,
                "changed": self.changed,
                "unchanged": self.unchanged,
                "quarantined": self.quarantined,
            },
            "errors": self.problems,
        })
    }
}

/// Runs steps until nothing is left to do, under a progress bar on standard error.
pub async fn sync_shown(
    application: &Application,
    sql: &impl Sql,
    scope: (AgencyId, Option<ModelId>),
    request: StepRequest,
) -> Result<SyncTotal> {
    let budget_ms = u32::try_from(SHOWN_STEP.as_millis()).ok();
    let request = StepRequest {
        budget_ms,
        ..request
    };
    let bar = ProgressBar::new(1_000).with_style(
        ProgressStyle::with_template("{spinner} {wide_bar} {percent} %, {msg}, about {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_message("asking Fanvue");
    bar.enable_steady_tick(Duration::from_millis(120));
    let mut total = SyncTotal::default();
    loop {
        let report = application.step(&request).await?;
        total.add(&report);
        bar.set_position(share_read(sql, scope).await?);
        bar.set_message(format!(
            "{} rows, {} of {} models",
            total.inserted + total.changed + total.unchanged,
            report.progress.completed,
            report.progress.total
        ));
        match report.outcome {
            Outcome::Done | Outcome::Partial | Outcome::Failed => break,
            Outcome::More => {}
            Outcome::Busy => tokio::time::sleep(BUSY_WAIT).await,
        }
    }
    bar.finish_and_clear();
    Ok(total)
}

/// How much is read, in thousandths.
async fn share_read(sql: &impl Sql, (agency, model): (AgencyId, Option<ModelId>)) -> Result<u64> {
    let parameters = [agency.into(), model.into()];
    let rows = sql
        .query(include_str!("share_read.sql"), &parameters)
        .await?;
    let share: i64 = tidemark_ports::sql::only_row(rows)?.get(0)?;
    Ok(u64::try_from(share).unwrap_or(0))
}
