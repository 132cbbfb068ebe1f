//! `tidemark migrate`: brings the schema up to date.

use anyhow::Result;
use tidemark_database::migrations;

use crate::cli::DatabaseArguments;
use crate::commands::output::Output;
use crate::project::open_database;

/// Applies what is pending and says what it applied.
pub async fn run(arguments: &DatabaseArguments, output: Output) -> Result<()> {
    let database = open_database(arguments).await?;
    let applied = migrations::migrate(database.pool()).await;
    database.close().await?;
    let names: Vec<String> = applied?
        .into_iter()
        .map(|migration| migration.file)
        .collect();
    let text = match names.as_slice() {
        [] => format!(
            "The database is up to date (migration {}).",
            migrations::latest()
        ),
        names => format!("Applied {}.", names.join(", ")),
    };
    output.print(
        &text,
        &serde_json::json!({ "applied": names, "version": migrations::latest() }),
    );
    Ok(())
}
