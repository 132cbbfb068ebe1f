//! `tidemark bench live`: from a sale at Fanvue to the figure in the API, and what open pages cost.
//!
//! The host is a process of its own (`tidemark up`), so that its CPU is told from the bench's; Fanvue
//! is the simulator in this process, which sends signed webhooks of both families. The baseline of the
//! same run is polling: a step of the schedule, and the wait for it.

mod host;
mod latency;
mod pages;
mod processes;

use anyhow::Result;
use serde::Serialize;

use crate::cli::BenchLiveArguments;
use crate::commands::bench::scratch::Scratch;
use crate::commands::build::build_stale;
use crate::commands::output::Output;
use crate::project::Project;
use host::Host;
use latency::{Intake, Latency};
use pages::Pages;

/// All figures.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    rows: u32,
    models: u32,
    intake: Intake,
    webhooks: Latency,
    /// one step of the schedule, from its call to the figures
    polling_step_ms: f64,
    /// that step, and half of the quarter of an hour that a sale waits for it, or 95 % of it
    polling_p50_ms: f64,
    polling_p95_ms: f64,
    pages: Pages,
}

/// Measures and prints.
pub async fn run(arguments: &BenchLiveArguments, output: Output) -> Result<()> {
    build_stale(&Project::read(&arguments.manifest.manifest)?).await?;
    let database = Scratch::create(&arguments.database_url).await?;
    let measured = measure(arguments, &database, output).await;
    database.drop().await?;
    let figures = measured?;
    output.print(&text_of(&figures), &figures);
    Ok(())
}

async fn measure(
    arguments: &BenchLiveArguments,
    database: &Scratch,
    output: Output,
) -> Result<Figures> {
    let host = Host::start(arguments, database).await?;
    output.remark("First sync");
    host.sync().await?;
    host.refresh().await?;
    // As the server does by itself within minutes.
    let client = database.pool.get().await?;
    client.batch_execute("vacuum analyze").await?;
    drop(client);
    output.remark("Events one after the other");
    let intake = latency::of_intake(&host, arguments.events).await?;
    output.remark("A burst of sales, each announced by webhooks");
    let webhooks = latency::of_webhooks(&host, arguments.events).await?;
    output.remark("The same without webhooks");
    let polling_step_ms = latency::of_polling(&host).await?;
    output.remark("Open pages");
    // The schedule does so every five minutes.
    host.refresh().await?;
    let pages = pages::measure(&host, database, arguments).await?;
    host.stop().await?;
    let interval_ms = latency::POLLING_INTERVAL.as_secs_f64() * 1e3;
    Ok(Figures {
        rows: arguments.rows,
        models: arguments.models,
        intake,
        webhooks,
        polling_step_ms,
        polling_p50_ms: interval_ms * 0.5 + polling_step_ms,
        polling_p95_ms: interval_ms * 0.95 + polling_step_ms,
        pages,
    })
}

fn text_of(figures: &Figures) -> String {
    let (webhooks, pages) = (&figures.webhooks, &figures.pages);
    [
        format!(
            "intake of one event, ms: p50 {:.1}, p95 {:.1}",
            figures.intake.p50_ms, figures.intake.p95_ms
        ),
        format!(
            "{} sales in {:.1} s, {} models, {} rows before: sale at Fanvue to figure in the API",
            webhooks.events, webhooks.burst_s, figures.models, figures.rows
        ),
        format!(
            "  by webhook, ms   p50 {:9.0}   p95 {:9.0}   worst {:.0}   ({} deliveries, {} fetches)",
            webhooks.p50_ms,
            webhooks.p95_ms,
            webhooks.worst_ms,
            webhooks.deliveries,
            webhooks.fetches
        ),
        format!(
            "  by polling, ms   p50 {:9.0}   p95 {:9.0}   (a step of {:.0} ms every 15 min)",
            figures.polling_p50_ms, figures.polling_p95_ms, figures.polling_step_ms
        ),
        format!(
            "{} pages that ask every 5 s for {} s, a sale every {} s: {:.0} requests/s, {:.1} % 304",
            pages.pages,
            pages.seconds,
            pages.sale_every_s,
            pages.requests_per_second,
            pages.not_modified_percent
        ),
        format!(
            "  CPU, cores       host {:.2}   database {}   together {}",
            pages.host_cores,
            known(pages.database_cores),
            known(pages.database_cores.map(|cores| cores + pages.host_cores))
        ),
        format!(
            "  answers, ms      p50 {:9.1}   p95 {:9.1}   worst {:.0}   by status {:?}",
            pages.p50_ms, pages.p95_ms, pages.worst_ms, pages.statuses
        ),
    ]
    .join("\n")
}

fn known(cores: Option<f64>) -> String {
    cores.map_or_else(
        || "unknown (the server is not on this machine)".to_owned(),
        |cores| format!("{cores:.2}"),
    )
}

/// The time that a share of a sorted list took no longer than, in milliseconds.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list of times"
    )]
    let place = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or(f64::NAN)
}
