//! `tidemark bench serve`: requests per second of a plain and a one-query route, through the
//! component in this host, through the same component in `spin up` where there is one, and from a
//! native service that does the same, in turn and in one run. And how long an instance takes to be
//! made, as each request gets one of its own.

mod drive;
mod native;
mod spin;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;
use tidemark::runtime::{Application, Limits};
use tidemark::serve::http::{HttpOptions, HttpServer};
use tidemark_database::{Database, DatabaseChoice};
use tidemark_domain::Secret;
use tokio_util::sync::CancellationToken;

use crate::cli::BenchServeArguments;
use crate::commands::bench::scratch::Scratch;
use crate::commands::build::build_stale;
use crate::commands::output::Output;
use crate::project::{DataDir, Project, open_application, platform};
use drive::{Rate, drive};
use native::NativeService;
use spin::SpinServer;

/// A route of the component that asks the database nothing.
const PLAIN: &str = "/login";
/// A route that looks one unknown token up, and answers 401.
const ONE_QUERY: &str = "/api/models";

/// Instances made in a round.
const INSTANCES: u32 = 20_000;

/// What one kind of server made of one route: medians over the rounds.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// this server's requests per second to the host's, in the same round
    to_host: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    /// mean in microseconds to make and drop an instance, median over the rounds
    instantiation_us: f64,
    plain: BTreeMap<&'static str, Figures>,
    one_query: BTreeMap<&'static str, Figures>,
}

/// Measures in rounds and prints the medians.
pub async fn run(arguments: &BenchServeArguments, output: Output) -> Result<()> {
    let project = Project::read(&arguments.manifest.manifest)?;
    build_stale(&project).await?;
    let scratch = Scratch::create(&arguments.database_url).await?;
    let measured = measure(arguments, &project, &scratch, output).await;
    scratch.drop().await?;
    let results = measured?;
    output.print(&text_of(&results), &results);
    Ok(())
}

async fn measure(
    arguments: &BenchServeArguments,
    project: &Project,
    scratch: &Scratch,
    output: Output,
) -> Result<Results> {
    let database = Database::open(DatabaseChoice::Url(Secret::new(&scratch.url))).await?;
    let folder = tempfile::tempdir()?;
    let data_dir = DataDir::open(folder.path())?;
    let none = BTreeMap::new();
    let application =
        open_application(project, &database, &data_dir, none, Limits::default()).await?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = HttpServer::bind(Arc::clone(&application), listen, HttpOptions::default())?;
    let mut servers = vec![("tidemark", server.address())];
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(server.run(shutdown.clone()));
    let native = NativeService::start(platform(&database)?, servers[0].1, PLAIN).await?;
    servers.push(("native", native.address));
    let spin = SpinServer::start(project, &scratch.url).await?;
    match &spin {
        Some(spin) => servers.push(("spin", spin.address)),
        None => output.remark("spin up is not measured: there is no spin on the PATH"),
    }

    let results = Results {
        instantiation_us: instantiation_us(&application, arguments.rounds).await?,
        plain: rounds(arguments, &servers, PLAIN).await?,
        one_query: rounds(arguments, &servers, ONE_QUERY).await?,
    };
    if let Some(spin) = spin {
        spin.stop().await?;
    }
    shutdown.cancel();
    serving.await?;
    drop((application, native));
    database.close().await?;
    Ok(results)
}

async fn instantiation_us(application: &Application, rounds: u32) -> Result<f64> {
    let matched = application.routes().find(PLAIN);
    let plugin = matched.and_then(|matched| application.plugin(matched.component));
    let plugin = plugin.context("no component answers the plain route")?;
    let mut means = Vec::new();
    for _ in 0..=rounds {
        means.push(plugin.measure_instantiation(INSTANCES).await?.as_secs_f64() * 1e6);
    }
    // The first round maps what the later ones find mapped.
    Ok(median(means.into_iter().skip(1)))
}

/// Every server in turn, round by round, so that what disturbs one disturbs its neighbours too.
async fn rounds(
    arguments: &BenchServeArguments,
    servers: &[(&'static str, SocketAddr)],
    path: &str,
) -> Result<BTreeMap<&'static str, Figures>> {
    let length = Duration::from_secs(arguments.seconds);
    let mut rates: Vec<Vec<Rate>> = vec![Vec::new(); servers.len()];
    for round in 0..=arguments.rounds {
        for ((_, address), rates) in servers.iter().zip(&mut rates) {
            let rate = drive(*address, path, arguments.connections, length).await?;
            // The first round fills pools and caches.
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    let host = rates[0].clone();
    let figures = |rates: &Vec<Rate>| Figures {
        per_second: median(rates.iter().map(|rate| rate.per_second)),
        p50_ms: median(rates.iter().map(|rate| rate.p50_ms)),
        p99_ms: median(rates.iter().map(|rate| rate.p99_ms)),
        to_host: median(
            rates
                .iter()
                .zip(&host)
                .map(|(rate, host)| rate.per_second / host.per_second),
        ),
    };
    let names = servers.iter().map(|(name, _)| *name);
    Ok(names.zip(rates.iter().map(figures)).collect())
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

fn text_of(results: &Results) -> String {
    let instantiation = results.instantiation_us;
    let mut lines = vec![format!("instantiation {instantiation:.1} µs")];
    for (name, servers) in [
        ("plain route", &results.plain),
        ("one-query route", &results.one_query),
    ] {
        lines.push(name.to_owned());
        for (server, figures) in servers {
            lines.push(format!(
                "  {server:10}{:9.0} requests/s   p50 {:6.2} ms   p99 {:6.2} ms   {:.2} × tidemark",
                figures.per_second, figures.p50_ms, figures.p99_ms, figures.to_host
            ));
        }
    }
    lines.join("\n")
}
