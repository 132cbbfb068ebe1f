//! `tidemark bench simulate`: seeds of the deterministic simulation, as many as wanted.

use std::time::Instant;

use anyhow::{Result, bail};
use indicatif::ProgressBar;
use tidemark_database::{Database, DatabaseChoice, migrations};
use tidemark_native::SqlPool;
use tidemark_simulation::{Outcome, run as play};

use crate::commands::bench::scratch::Scratch;
use crate::commands::output::Output;

/// Plays seeds on a server, or on an embedded database of its own.
pub async fn run(server: Option<&str>, first: u64, seeds: u64, output: Output) -> Result<()> {
    if let Some(server) = server {
        let scratch = Scratch::create(server).await?;
        let result = play_all(&SqlPool::new(scratch.pool.clone()), first, seeds, output).await;
        scratch.drop().await?;
        return result;
    }
    let folder = tempfile::tempdir()?;
    let choice = DatabaseChoice::Embedded {
        data_dir: folder.path().to_owned(),
    };
    let database = Database::open(choice).await?;
    migrations::migrate(database.pool()).await?;
    let sql = SqlPool::new(database.pool().clone());
    let result = play_all(&sql, first, seeds, output).await;
    database.close().await?;
    result
}

async fn play_all(sql: &SqlPool, first: u64, seeds: u64, output: Output) -> Result<()> {
    let bar = ProgressBar::new(seeds);
    let began = Instant::now();
    let mut total = Outcome::default();
    let mut failures = Vec::new();
    for seed in first..first.saturating_add(seeds) {
        match play(sql, seed).await {
            Ok(outcome) => total.add(outcome),
            Err(failure) => failures.push(format!(
                "seed {seed}: {failure}\n  replay: tidemark bench simulate --first {seed} --seeds 1"
            )),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    let text = format!(
        "{seeds} seeds in {seconds:.1} s: {} operations, {} deaths, {} failed operations, {} events \
         at Fanvue, {} rows at the end, {} failed seeds",
        total.operations,
        total.kills,
        total.faults,
        total.events,
        total.rows,
        failures.len()
    );
    let value = serde_json::json!({
        "seeds": seeds, "seconds": seconds, "operations": total.operations,
        "deaths": total.kills, "failedOperations": total.faults, "events": total.events,
        "rows": total.rows, "reconnects": total.reconnects, "failedSeeds": failures,
    });
    output.print(&text, &value);
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{}", failures.join("; "))
}
