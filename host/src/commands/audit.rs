//! `tidemark audit`: who did what.

use anyhow::{Result, bail};
use serde_json::json;
use tidemark_tenancy::agency;
use tidemark_tenancy::audit::{self, Entry};

use crate::cli::AuditArguments;
use crate::commands::output::Output;
use crate::project::{open_migrated_database, platform};

/// Prints an agency's newest entries.
pub async fn run(arguments: &AuditArguments, output: Output) -> Result<()> {
    let database = open_migrated_database(&arguments.database).await?;
    let platform = platform(&database)?;
    let exists = agency::exists(&platform, arguments.agency).await;
    let entries = audit::page(&platform, arguments.agency, None, arguments.limit.into()).await;
    database.close().await?;
    if !exists? {
        bail!(
            "there is no agency {}; create one with `tidemark agency create`",
            arguments.agency
        );
    }
    let entries = entries?;
    let lines: Vec<String> = entries.iter().map(line_of).collect();
    let values: Vec<_> = entries.iter().map(value_of).collect();
    output.print(&lines.join("\n"), &values);
    Ok(())
}

fn line_of(entry: &Entry) -> String {
    let actor = entry
        .actor
        .map_or_else(|| "command line".to_owned(), |token| token.to_string());
    let subject = entry.subject.as_deref().unwrap_or_default();
    format!(
        "{}  {:36}  {} {subject} {}",
        entry.at, actor, entry.action, entry.detail
    )
}

fn value_of(entry: &Entry) -> serde_json::Value {
    json!({
        "at": entry.at.to_string(),
        "actor": entry.actor.map(|token| token.to_string()),
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    })
}
