//! `tidemark bench …`

mod dashboard;
mod ingest;
mod live;
mod scratch;
mod serve;
mod simulate;
mod start;

use anyhow::Result;

use crate::cli::BenchCommand;
use crate::commands::output::Output;

/// Runs a benchmark.
pub async fn run(command: BenchCommand, output: Output) -> Result<()> {
    match command {
        BenchCommand::Start {
            manifest,
            database_url,
            runs,
        } => start::run(&manifest.manifest, database_url.as_deref(), runs, output).await,
        BenchCommand::Dashboard(arguments) => dashboard::run(&arguments, output).await,
        BenchCommand::Serve(arguments) => serve::run(&arguments, output).await,
        BenchCommand::Live(arguments) => live::run(&arguments, output).await,
        BenchCommand::Ingest {
            database_url,
            rows,
            pages,
        } => ingest::run(&database_url, &rows, pages, output).await,
        BenchCommand::Simulate {
            database_url,
            first,
            seeds,
        } => simulate::run(database_url.as_deref(), first, seeds, output).await,
    }
}
