//! `tidemark bench dashboard`: what an answer costs, at several sizes of the ledger.
//!
//! Every figure stands beside its baseline from the same run: answers through the component and HTTP
//! beside the same statements and the same engine run natively in this process, long windows beside
//! the 30 days, a 304 beside a full answer.

mod measure;
mod world;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;
use tidemark::runtime::Limits;
use tidemark::serve::http::{HttpOptions, HttpServer};
use tidemark_database::{Database, DatabaseChoice};
use tidemark_domain::Secret;
use tokio_util::sync::CancellationToken;

use crate::cli::BenchDashboardArguments;
use crate::commands::bench::scratch::Scratch;
use crate::commands::build::build_stale;
use crate::commands::output::Output;
use crate::project::{DataDir, Project, open_application, platform};
use measure::{Caller, Spread};
use world::World;

/// Connections of the figures under load.
const CONNECTIONS: usize = 16;

/// The figures of one size. Times in milliseconds, medians where nothing else is said.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    rows: u64,
    agencies: u32,
    /// loading the rows and rolling them up, in seconds; null where they were there already
    load_s: Option<f64>,
    roll_up_s: Option<f64>,
    /// 30 days of an agency: native baseline, through the component, and the quotient
    native_30d_ms: f64,
    component_30d_ms: f64,
    component_to_native: f64,
    /// in the agency's zone, and their quotients to the 30 days
    component_1y_ms: f64,
    component_all_ms: f64,
    one_year_to_30d: f64,
    all_to_30d: f64,
    /// in another zone, from the ledger
    other_zone_30d_ms: f64,
    other_zone_1y_ms: f64,
    other_zone_all_ms: f64,
    /// 30 days at 16 connections
    median_at_16_ms: f64,
    p99_at_16_ms: f64,
    p99_to_median: f64,
    full_per_second: f64,
    not_modified_per_second: f64,
    not_modified_to_full: f64,
}

/// Measures at each size and prints the figures.
pub async fn run(arguments: &BenchDashboardArguments, output: Output) -> Result<()> {
    let project = Project::read(&arguments.manifest.manifest)?;
    build_stale(&project).await?;
    let mut figures = Vec::new();
    for rows in &arguments.rows {
        let server = &arguments.database_url;
        let database = match &arguments.keep {
            Some(prefix) => Scratch::keep(server, format!("{prefix}_{rows}")).await?,
            None => Scratch::create(server).await?,
        };
        let measured = measure(arguments, &project, *rows, &database).await;
        database.drop().await?;
        let measured = measured?;
        output.remark(&text_of(&measured));
        figures.push(measured);
    }
    if output.json {
        output.print("", &figures);
    }
    Ok(())
}

async fn measure(
    arguments: &BenchDashboardArguments,
    project: &Project,
    rows: u64,
    scratch: &Scratch,
) -> Result<Figures> {
    let database = Database::open(DatabaseChoice::Url(Secret::new(&scratch.url))).await?;
    let platform = platform(&database)?;
    let world = if scratch.found {
        World::open(&platform).await?
    } else {
        World::load(&platform, database.pool(), rows, arguments.agencies).await?
    };

    let folder = tempfile::tempdir().context("no temporary directory can be made")?;
    let data_dir = DataDir::open(folder.path())?;
    let none = BTreeMap::new();
    let application =
        open_application(project, &database, &data_dir, none, Limits::default()).await?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = HttpServer::bind(Arc::clone(&application), listen, HttpOptions::default())?;
    let caller = Caller::new(format!("http://{}", server.address()), &world.agencies)?;
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(server.run(shutdown.clone()));

    let answers = arguments.answers;
    let native = measure::natively(&platform, &world.agencies, "timeRange=30d", answers).await?;
    let month = caller.one_by_one("timeRange=30d", answers).await?;
    let year = caller.one_by_one("timeRange=1y", answers).await?;
    let all = caller.one_by_one("timeRange=all", answers).await?;
    let elsewhere = async |range: &str| -> Result<Spread> {
        let query = format!("timeRange={range}&tz=Asia/Kathmandu");
        caller.one_by_one(&query, (answers / 5).max(20)).await
    };
    let other_zone = [
        elsewhere("30d").await?,
        elsewhere("1y").await?,
        elsewhere("all").await?,
    ];
    let load = (CONNECTIONS, arguments.seconds);
    let full = caller.under_load("timeRange=30d", load, false).await?;
    let unchanged = caller.under_load("timeRange=30d", load, true).await?;
    shutdown.cancel();
    serving.await?;
    drop(application);
    database.close().await?;
    Ok(Figures {
        rows,
        agencies: arguments.agencies,
        load_s: world.load_time.map(|time| time.as_secs_f64()),
        roll_up_s: world.roll_up_time.map(|time| time.as_secs_f64()),
        native_30d_ms: native.median,
        component_30d_ms: month.median,
        component_to_native: month.median / native.median,
        component_1y_ms: year.median,
        component_all_ms: all.median,
        one_year_to_30d: year.median / month.median,
        all_to_30d: all.median / month.median,
        other_zone_30d_ms: other_zone[0].median,
        other_zone_1y_ms: other_zone[1].median,
        other_zone_all_ms: other_zone[2].median,
        median_at_16_ms: full.spread.median,
        p99_at_16_ms: full.spread.p99,
        p99_to_median: full.spread.p99 / full.spread.median,
        full_per_second: full.per_second,
        not_modified_per_second: unchanged.per_second,
        not_modified_to_full: unchanged.per_second / full.per_second,
    })
}

fn text_of(figures: &Figures) -> String {
    let Figures {
        rows,
        agencies,
        load_s,
        roll_up_s,
        ..
    } = figures;
    let one = |name: &str, value: f64, beside: String| format!("  {name:34}{value:9.2}   {beside}");
    let made = match (load_s, roll_up_s) {
        (Some(load), Some(roll_up)) => {
            format!("loaded in {load:.1} s, rolled up in {roll_up:.1} s")
        }
        _ => "kept from an earlier run".to_owned(),
    };
    let lines = [
        format!("{rows} rows over {agencies} agencies ({made})"),
        one("30d, native, ms", figures.native_30d_ms, String::new()),
        one(
            "30d, component, ms",
            figures.component_30d_ms,
            format!("{:.2} × native", figures.component_to_native),
        ),
        one(
            "1y, ms",
            figures.component_1y_ms,
            format!("{:.2} × 30d", figures.one_year_to_30d),
        ),
        one(
            "all, ms",
            figures.component_all_ms,
            format!("{:.2} × 30d", figures.all_to_30d),
        ),
        one(
            "30d in another zone, ms",
            figures.other_zone_30d_ms,
            String::new(),
        ),
        one(
            "1y in another zone, ms",
            figures.other_zone_1y_ms,
            String::new(),
        ),
        one(
            "all in another zone, ms",
            figures.other_zone_all_ms,
            String::new(),
        ),
        one(
            "30d at 16 connections, p99, ms",
            figures.p99_at_16_ms,
            format!(
                "{:.2} × the median of {:.2}",
                figures.p99_to_median, figures.median_at_16_ms
            ),
        ),
        one(
            "full answers per second",
            figures.full_per_second,
            String::new(),
        ),
        one(
            "304 per second",
            figures.not_modified_per_second,
            format!("{:.2} × full", figures.not_modified_to_full),
        ),
    ];
    lines.join("\n")
}
