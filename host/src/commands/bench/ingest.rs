//! `tidemark bench ingest`: reading earnings into the ledger, beside the bare statements.
//!
//! - **page**: steps that store every page by itself; what a page costs from request to checkpoint,
//!   and the part of it that the database's statement takes
//! - **backfill**: a whole history as the sync reads it, and the same rows by a bare `unnest` of
//!   1,000 per statement into the same table
//!
//! The simulator runs in this process, so its work counts as the sync's.

mod bare;
mod stopwatch;
mod world;

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::commands::bench::scratch::Scratch;
use crate::commands::output::Output;
use world::World;

/// Rows of Fanvue's pages.
const PAGE: u32 = 50;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    page: PageFigures,
    backfill: Vec<BackfillFigures>,
    /// the largest history's cost per row over the smallest's
    cost_per_row_ratio: Option<f64>,
}

/// One page of 50 rows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageFigures {
    pages: usize,
    /// from the request to the checkpoint, median, microseconds
    page_micros: u128,
    /// the statement alone, median, microseconds
    statement_micros: u128,
    /// page ÷ statement
    ratio: f64,
}

/// One history.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BackfillFigures {
    rows: u64,
    api_calls: u32,
    rows_per_second: f64,
    bare_rows_per_second: f64,
    /// the sync's share of the bare load's speed
    share: f64,
    /// the part of the sync's time in which its statements ran
    statement_part: f64,
    /// a step that finds nothing new
    idle_step_millis: u128,
    idle_api_calls: u32,
}

/// Measures on a server.
pub async fn run(server: &str, rows: &[u32], pages: u32, output: Output) -> Result<()> {
    let page = page_figures(server, pages).await?;
    let mut backfill = Vec::new();
    for &count in rows {
        backfill.push(backfill_figures(server, count).await?);
    }
    let cost = |figures: &BackfillFigures| 1.0 / figures.rows_per_second;
    let cost_per_row_ratio = match backfill.as_slice() {
        [first, .., last] => Some(cost(last) / cost(first)),
        _ => None,
    };
    let results = Results {
        page,
        backfill,
        cost_per_row_ratio,
    };
    output.print(&text_of(&results), &results);
    Ok(())
}

async fn page_figures(server: &str, pages: u32) -> Result<PageFigures> {
    let scratch = Scratch::create(server).await?;
    let world = World::begin(&scratch, pages * PAGE, 1).await?;
    world.sync().await?;
    let (mut whole, mut statements) = world.platform.pages();
    scratch.drop().await?;
    let counted = whole.len();
    let (page, statement) = (median(&mut whole), median(&mut statements));
    Ok(PageFigures {
        pages: counted,
        page_micros: page.as_micros(),
        statement_micros: statement.as_micros(),
        ratio: page.as_secs_f64() / statement.as_secs_f64(),
    })
}

async fn backfill_figures(server: &str, rows: u32) -> Result<BackfillFigures> {
    let scratch = Scratch::create(server).await?;
    let world = World::begin(&scratch, rows, tidemark_sync::ROWS_PER_WRITE).await?;
    let (report, took) = world.sync().await?;
    let statements: Duration = world.platform.pages().1.iter().sum();
    let stored = report.rows.inserted;
    let (idle, idle_took) = world.idle_step().await?;
    let bare = bare::load(&scratch.pool).await.context("the bare load")?;
    scratch.drop().await?;
    let per_second =
        |took: Duration| f64::from(u32::try_from(stored).unwrap_or(u32::MAX)) / took.as_secs_f64();
    let (sync, bare) = (per_second(took), per_second(bare));
    Ok(BackfillFigures {
        rows: stored,
        api_calls: report.api_calls,
        rows_per_second: sync,
        bare_rows_per_second: bare,
        share: sync / bare,
        statement_part: statements.as_secs_f64() / took.as_secs_f64(),
        idle_step_millis: idle_took.as_millis(),
        idle_api_calls: idle.api_calls,
    })
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn text_of(results: &Results) -> String {
    let page = &results.page;
    let mut lines = vec![format!(
        "page       {} pages: {} µs from request to checkpoint, {} µs the statement: {:.2} times",
        page.pages, page.page_micros, page.statement_micros, page.ratio
    )];
    lines.extend(results.backfill.iter().map(|history| {
        format!(
            "backfill   {} rows in {} calls: {:.0} rows/s ({:.0} % of the time in statements), bare \
             load {:.0} rows/s: {:.0} %; idle step {} ms, {} calls",
            history.rows,
            history.api_calls,
            history.rows_per_second,
            history.statement_part * 100.0,
            history.bare_rows_per_second,
            history.share * 100.0,
            history.idle_step_millis,
            history.idle_api_calls,
        )
    }));
    if let Some(ratio) = results.cost_per_row_ratio {
        lines.push(format!(
            "cost per row of the largest history: {ratio:.2} times that of the smallest"
        ));
    }
    lines.join("\n")
}
