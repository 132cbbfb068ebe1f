//! `tidemark reconcile`: the ledger against Fanvue's own sums.

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tidemark_domain::{Cents, Zone};
use tidemark_ports::Clock as _;
use tidemark_sync::audit::{self, ModelAudit};
use tidemark_sync::reconcile::{DaySums, Span};

use crate::cli::ReconcileArguments;
use crate::commands::output::Output;
use crate::project::{DataDir, Project, connections, open_migrated_database, platform};

/// Days that are compared where none are named.
const USUAL_DAYS: i32 = 35;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    model_id: String,
    days_compared: usize,
    /// days that differ, in cents
    drifts: Vec<Drift>,
    error: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Drift {
    date: String,
    ledger_cents: i64,
    fanvue_cents: i64,
    drift_cents: i64,
}

/// Compares all models of an agency and prints the days that differ.
pub async fn run(arguments: &ReconcileArguments, output: Output) -> Result<()> {
    let project = Project::read(&arguments.database.manifest.manifest)?;
    let data_dir = DataDir::open(&arguments.database.data_dir)?;
    let connections = connections(&project, &data_dir)?;
    let database = open_migrated_database(&arguments.database).await?;
    let platform = platform(&database)?;
    let now = platform.now();
    let today = Zone::utc().day_of(now);
    let first = arguments.from.unwrap_or(today.plus_days(-USUAL_DAYS));
    let last = arguments.to.unwrap_or(today.plus_days(-1));
    let span = Span::of_days(first, last, now);
    if span.from >= span.to {
        bail!("no closed UTC day lies from {first} to {last}; name earlier days");
    }
    let audits = audit::audit(&platform, &connections, arguments.agency, span)
        .await
        .with_context(|| format!("agency {} cannot be compared", arguments.agency))?;
    database.close().await?;
    let models: Vec<Model> = audits.iter().map(model_of).collect();
    output.print(&text_of(&models), &models);
    let failed = models.iter().filter(|model| model.error.is_some()).count();
    if failed > 0 {
        bail!("{failed} of {} models could not be compared", models.len());
    }
    Ok(())
}

fn model_of(audit: &ModelAudit) -> Model {
    let (days, error) = match &audit.days {
        Ok(days) => (days.as_slice(), None),
        Err(error) => (&[][..], Some(error.to_string())),
    };
    let drifts = days
        .iter()
        .filter(|sums| sums.drift() != Cents::ZERO)
        .map(drift_of)
        .collect();
    Model {
        model_id: audit.model.to_string(),
        days_compared: days.len(),
        drifts,
        error,
    }
}

fn drift_of(sums: &DaySums) -> Drift {
    Drift {
        date: sums.day.to_string(),
        ledger_cents: sums.ledger.get(),
        fanvue_cents: sums.fanvue.get(),
        drift_cents: sums.drift().get(),
    }
}

fn text_of(models: &[Model]) -> String {
    let mut lines = Vec::new();
    for model in models {
        let id = &model.model_id;
        lines.push(match (&model.error, model.drifts.len()) {
            (Some(error), _) => format!("{id}  not compared: {error}"),
            (None, 0) => format!("{id}  {} days agree to the cent", model.days_compared),
            (None, differing) => {
                format!("{id}  {differing} of {} days differ", model.days_compared)
            }
        });
        lines.extend(model.drifts.iter().map(|drift| {
            format!(
                "  {}  ledger {:>12}  Fanvue {:>12}  drift {:>10} cents",
                drift.date, drift.ledger_cents, drift.fanvue_cents, drift.drift_cents
            )
        }));
    }
    if models.iter().any(|model| !model.drifts.is_empty()) {
        lines.push("The next sync reads the days that differ again.".to_owned());
    }
    lines.join("\n")
}
