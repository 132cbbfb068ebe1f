//! From a sale at Fanvue to the figure in the API.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use futures::future::try_join_all;
use reqwest::StatusCode;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use serde::Serialize;
use serde_json::Value;
use tidemark_simulator::{NewSale, Source};
use uuid::Uuid;

use super::host::Host;
use super::quantile;

/// How often the schedule reads.
pub const POLLING_INTERVAL: Duration = Duration::from_mins(15);

/// How often each model's figure is looked at; what it adds to a time is at most this.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// Between two sales of a burst.
const GAP: Duration = Duration::from_millis(5);

/// When a figure that does not come is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Times by webhook, from the sale: the delivery, the intake, the walk and the look at the API.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// sales
    pub events: u32,
    /// from the first to the last
    pub burst_s: f64,
    /// half took no longer
    pub p50_ms: f64,
    /// 95 of 100 took no longer
    pub p95_ms: f64,
    /// the longest
    pub worst_ms: f64,
    /// webhooks that the host accepted
    pub deliveries: u64,
    /// requests for earnings
    pub fetches: usize,
}

/// Sells in a burst, model after model, and watches each model's figure.
///
/// A walk reads every row up to its present, so of one model's sales always the first ones are there:
/// the number of sales in the figure tells which.
pub async fn of_webhooks(host: &Host, events: u32) -> Result<Latency> {
    host.announce(true);
    let models: Vec<Uuid> = host
        .simulator
        .models()
        .iter()
        .map(|model| model.id)
        .collect();
    let before = try_join_all(models.iter().map(|model| count_of(host, *model))).await?;
    let fetched = fetches(host);
    let accepted = host.simulator.webhook_log().accepted();
    let shares: Vec<usize> = (0..models.len())
        .map(|position| (events as usize + models.len() - 1 - position) / models.len())
        .collect();
    let watching = models
        .iter()
        .zip(before.iter().zip(&shares))
        .map(|(model, (base, share))| watch(host, *model, *base, *share));
    let selling = async {
        let began = Instant::now();
        let mut sold = vec![Vec::new(); models.len()];
        for number in 0..events as usize {
            let position = number % models.len();
            let sale = NewSale::new(Source::Tip, 500);
            let row = host.simulator.append_sale(models[position], &sale);
            row.context("the simulator sold nothing")?;
            sold[position].push(Instant::now());
            tokio::time::sleep(GAP).await;
        }
        Ok::<_, anyhow::Error>((sold, began.elapsed()))
    };
    let (seen, sold) = tokio::join!(try_join_all(watching), selling);
    let (seen, (sold, burst)) = (seen?, sold?);
    let mut times: Vec<f64> = seen
        .iter()
        .flatten()
        .zip(sold.iter().flatten())
        .map(|(seen, sold)| seen.saturating_duration_since(*sold).as_secs_f64() * 1e3)
        .collect();
    times.sort_by(f64::total_cmp);
    Ok(Latency {
        events,
        burst_s: burst.as_secs_f64(),
        p50_ms: quantile(&times, 0.5),
        p95_ms: quantile(&times, 0.95),
        worst_ms: times.last().copied().unwrap_or(f64::NAN),
        deliveries: host.simulator.webhook_log().accepted() - accepted,
        fetches: fetches(host) - fetched,
    })
}

/// How long the intake of one event takes at a caller, one after the other.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Intake {
    /// half took no longer
    pub p50_ms: f64,
    /// 95 of 100 took no longer
    pub p95_ms: f64,
}

/// Delivers events that name nobody's model, so that nothing but the intake is measured.
pub async fn of_intake(host: &Host, events: u32) -> Result<Intake> {
    let mut times = Vec::new();
    for number in 0..events {
        let event = serde_json::json!({
            "id": format!("evt_bench_{number}"),
            "type": "creator.payment.succeeded",
            "data": {"object": "payment", "creator": {"uuid": Uuid::from_u128(number.into())}},
        });
        let began = Instant::now();
        host.deliver(event.to_string().into_bytes()).await?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(Intake {
        p50_ms: quantile(&times, 0.5),
        p95_ms: quantile(&times, 0.95),
    })
}

/// A sale of each model without webhooks: how long a step of the schedule takes to show all of them, in
/// milliseconds.
pub async fn of_polling(host: &Host) -> Result<f64> {
    host.announce(false);
    let models: Vec<Uuid> = host
        .simulator
        .models()
        .iter()
        .map(|model| model.id)
        .collect();
    let before = try_join_all(models.iter().map(|model| count_of(host, *model))).await?;
    for model in &models {
        let sale = NewSale::new(Source::Tip, 500);
        let row = host.simulator.append_sale(*model, &sale);
        row.context("the simulator sold nothing")?;
    }
    let began = Instant::now();
    host.scheduled_step().await?;
    let watching = models
        .iter()
        .zip(&before)
        .map(|(model, base)| watch(host, *model, *base, 1));
    try_join_all(watching).await?;
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

/// When each of a model's next sales came to be in its figure.
async fn watch(host: &Host, model: Uuid, base: u64, share: usize) -> Result<Vec<Instant>> {
    let mut seen = Vec::with_capacity(share);
    let mut tag = None;
    let mut last = Instant::now();
    while seen.len() < share {
        if last.elapsed() > PATIENCE {
            bail!(
                "{} of {share} sales of {model} never came to be seen",
                share - seen.len()
            );
        }
        let mut request = host.get(&path_of(model));
        if let Some(tag) = &tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let response = request.send().await?.error_for_status()?;
        if response.status() != StatusCode::NOT_MODIFIED {
            tag = response.headers().get(ETAG).cloned();
            let now = count_in(&response.bytes().await?)?;
            let new = usize::try_from(now.saturating_sub(base)).unwrap_or(usize::MAX);
            while seen.len() < new.min(share) {
                last = Instant::now();
                seen.push(last);
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(seen)
}

fn path_of(model: Uuid) -> String {
    format!("/api/analytics/dashboard?modelId={model}&timeRange=7d&compare=none")
}

async fn count_of(host: &Host, model: Uuid) -> Result<u64> {
    let response = host.get(&path_of(model)).send().await?.error_for_status()?;
    count_in(&response.bytes().await?)
}

fn count_in(body: &[u8]) -> Result<u64> {
    let body: Value = serde_json::from_slice(body)?;
    let count = body["kpiMetrics"]["transactionCount"].as_u64();
    count.context("the dashboard tells no number of sales")
}

/// Requests for earnings among those that are remembered.
fn fetches(host: &Host) -> usize {
    let counts = host.simulator.request_log().counts;
    let of_earnings = counts
        .iter()
        .filter(|(endpoint, _)| endpoint.ends_with("insights/earnings"));
    let count: u64 = of_earnings
        .flat_map(|(_, statuses)| statuses.values())
        .sum();
    usize::try_from(count).unwrap_or(usize::MAX)
}
