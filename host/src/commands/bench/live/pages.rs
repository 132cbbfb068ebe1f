//! Many open pages that ask every five seconds whether anything has changed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use reqwest::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use serde::Serialize;
use tidemark_simulator::{NewSale, Source};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval_at, sleep};

use super::host::Host;
use super::processes::{Cpu, Processes};
use super::quantile;
use crate::cli::BenchLiveArguments;
use crate::commands::bench::scratch::Scratch;

/// How often a page asks.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// What a page shows.
const PATH: &str = "/api/analytics/dashboard?timeRange=30d";

/// What the pages cost.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pages {
    /// open pages
    pub pages: u32,
    /// how long they were watched
    pub seconds: u64,
    /// between two sales
    pub sale_every_s: u64,
    /// answers per second over all pages
    pub requests_per_second: f64,
    /// answers that nothing has changed
    pub not_modified_percent: f64,
    /// CPU time of the host per second
    pub host_cores: f64,
    /// the same of all processes of the database server; unknown where it is elsewhere
    pub database_cores: Option<f64>,
    /// half of the answers took no longer
    pub p50_ms: f64,
    /// 95 of 100 took no longer
    pub p95_ms: f64,
    /// the longest
    pub worst_ms: f64,
    /// answers by status
    pub statuses: BTreeMap<u16, usize>,
}

/// What one page got.
#[derive(Default)]
struct Got {
    times: Vec<f64>,
    statuses: BTreeMap<u16, usize>,
}

/// Opens the pages, lets them come to rest, and watches.
pub async fn measure(
    host: &Host,
    database: &Scratch,
    arguments: &BenchLiveArguments,
) -> Result<Pages> {
    host.announce(true);
    let processes = Processes::of(host.id()?, &database.pool).await?;
    let (begin, length) = (
        Instant::now() + ASK_EVERY,
        Duration::from_secs(arguments.seconds),
    );
    let mut pages = JoinSet::new();
    for number in 0..arguments.pages {
        let request = host.get(PATH);
        let delay = ASK_EVERY * number / arguments.pages.max(1);
        pages.spawn(page(request, delay, (begin, begin + length)));
    }
    sleep(begin.saturating_duration_since(Instant::now())).await;
    let (before, watched) = (processes.cpu()?, Instant::now());
    let model = host.simulator.models().first().map(|model| model.id);
    let model = model.context("the bench needs a model")?;
    let sale_every = Duration::from_secs(arguments.sale_every);
    while watched.elapsed() + sale_every <= length {
        let sale = NewSale::new(Source::Tip, 500);
        let row = host.simulator.append_sale(model, &sale);
        row.context("the simulator sold nothing")?;
        sleep(sale_every).await;
    }
    sleep(length.saturating_sub(watched.elapsed())).await;
    let (after, took) = (processes.cpu()?, watched.elapsed());
    let mut all = Got::default();
    while let Some(got) = pages.join_next().await {
        let got = got??;
        all.times.extend(got.times);
        for (status, count) in got.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
    }
    Ok(figures(arguments, all, (before, after), took))
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests")]
fn figures(
    arguments: &BenchLiveArguments,
    mut all: Got,
    (before, after): (Cpu, Cpu),
    took: Duration,
) -> Pages {
    all.times.sort_by(f64::total_cmp);
    let answers = all.times.len() as f64;
    let not_modified = all.statuses.get(&304).copied().unwrap_or_default();
    let cores = |before: Duration, after: Duration| {
        after.saturating_sub(before).as_secs_f64() / took.as_secs_f64()
    };
    Pages {
        pages: arguments.pages,
        seconds: arguments.seconds,
        sale_every_s: arguments.sale_every,
        requests_per_second: answers / took.as_secs_f64(),
        not_modified_percent: 100.0 * not_modified as f64 / answers,
        host_cores: cores(before.host, after.host),
        database_cores: before
            .database
            .zip(after.database)
            .map(|(before, after)| cores(before, after)),
        p50_ms: quantile(&all.times, 0.5),
        p95_ms: quantile(&all.times, 0.95),
        worst_ms: all.times.last().copied().unwrap_or(f64::NAN),
        statuses: all.statuses,
    }
}

/// One page: asks at its own moment of every five seconds; what is watched counts.
async fn page(
    request: reqwest::RequestBuilder,
    delay: Duration,
    (begin, end): (Instant, Instant),
) -> Result<Got> {
    let mut ticks = interval_at((Instant::now() + delay).into(), ASK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tag: Option<HeaderValue> = None;
    let mut got = Got::default();
    loop {
        ticks.tick().await;
        let asked = Instant::now();
        if asked >= end {
            return Ok(got);
        }
        let mut request = request.try_clone().context("a request without a body")?;
        if let Some(tag) = &tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let response = request.send().await?;
        let status = response.status();
        if let Some(sent) = response.headers().get(ETAG) {
            tag = Some(sent.clone());
        }
        response.bytes().await?;
        if asked >= begin {
            got.times.push(asked.elapsed().as_secs_f64() * 1e3);
            *got.statuses.entry(status.as_u16()).or_default() += 1;
        }
    }
}
