//! Asks a server for one path, over and over, at several connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinSet;

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// answers per second over all connections
    pub per_second: f64,
    /// half of the answers took no longer
    pub p50_ms: f64,
    /// 99 of 100 took no longer
    pub p99_ms: f64,
}

/// Asks for that long; each connection sends its next request when it has read an answer whole.
pub async fn drive(
    address: SocketAddr,
    path: &str,
    connections: usize,
    length: Duration,
) -> Result<Rate> {
    let url = format!("http://{address}{path}");
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(one_connection(url.clone(), began + length));
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    let elapsed = began.elapsed();
    ensure!(!times.is_empty(), "{url} gave no answer");
    times.sort_unstable();
    let at = |hundredths: usize| {
        let place = (times.len() * hundredths / 100).min(times.len() - 1);
        times[place].as_secs_f64() * 1e3
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of some seconds are small"
    )]
    let per_second = times.len() as f64 / elapsed.as_secs_f64();
    Ok(Rate {
        per_second,
        p50_ms: at(50),
        p99_ms: at(99),
    })
}

async fn one_connection(url: String, end: Instant) -> Result<Vec<Duration>> {
    // A client of its own: one connection, kept alive.
    let client = Client::builder(TokioExecutor::new()).build_http();
    let mut times = Vec::new();
    loop {
        let began = Instant::now();
        if began >= end {
            return Ok(times);
        }
        let request = Request::get(&url)
            .header("authorization", "Bearer nobody-knows-this-token")
            .body(Empty::<Bytes>::new())?;
        let response = client.request(request).await?;
        let status = response.status();
        let expected = [StatusCode::OK, StatusCode::UNAUTHORIZED];
        ensure!(expected.contains(&status), "{url} answered {status}");
        response.into_body().collect().await?;
        times.push(began.elapsed());
    }
}
