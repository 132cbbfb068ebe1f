//! `tidemark replay`: the rows in quarantine once more.

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tidemark_sync::replay::{self, Replay};

use crate::cli::ReplayArguments;
use crate::commands::output::Output;
use crate::project::{open_migrated_database, platform};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    model_id: String,
    rows_read: usize,
    /// why each of the others still waits
    waiting: Vec<String>,
    error: Option<String>,
}

/// Reads the quarantine of all models of an agency.
pub async fn run(arguments: &ReplayArguments, output: Output) -> Result<()> {
    let database = open_migrated_database(&arguments.database).await?;
    let result = replay::replay(&platform(&database)?, arguments.agency).await;
    database.close().await?;
    let replays = result.with_context(|| format!("agency {} cannot be read", arguments.agency))?;
    let models: Vec<Model> = replays.into_iter().map(model_of).collect();
    let lines: Vec<String> = models.iter().map(line_of).collect();
    output.print(&lines.join("\n"), &models);
    if models.iter().any(|model| model.error.is_some()) {
        bail!("not every model could be read; the lines above say why");
    }
    Ok(())
}

fn model_of(replay: Replay) -> Model {
    let (rows_read, waiting, error) = match replay.rows {
        Ok((rows_read, waiting)) => (rows_read, waiting, None),
        Err(error) => (0, Vec::new(), Some(error.to_string())),
    };
    Model {
        model_id: replay.model.to_string(),
        rows_read,
        waiting,
        error,
    }
}

fn line_of(model: &Model) -> String {
    let Some(error) = &model.error else {
        let mut line = format!(
            "{}  {} rows read, {} still wait",
            model.model_id,
            model.rows_read,
            model.waiting.len()
        );
        for reason in &model.waiting {
            line.push_str("\n  ");
            line.push_str(reason);
        }
        return line;
    };
    format!("{}  not read: {error}", model.model_id)
}
