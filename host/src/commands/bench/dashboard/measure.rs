//! Taking times.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Client, StatusCode};
use tidemark_analytics::{Answer, DashboardQuery, answer};
use tidemark_domain::{AgencyId, Secret};
use tidemark_native::NativePlatform;
use tidemark_ports::Clock as _;
use tidemark_tenancy::token;
use tokio::task::JoinSet;

/// Answers given before times are taken.
const WARM_UP: u32 = 40;

/// Milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// half of the answers took no longer
    pub median: f64,
    /// 99 of 100 took no longer
    pub p99: f64,
}

impl Spread {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |numerator: usize, denominator: usize| {
            let place = times.len() * numerator / denominator;
            let time = times.get(place.min(times.len().saturating_sub(1)));
            time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        Self {
            median: at(1, 2),
            p99: at(99, 100),
        }
    }
}

/// What came of some seconds at several connections.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// times of single answers
    pub spread: Spread,
    /// answers per second over all connections
    pub per_second: f64,
}

/// The baseline: the credentials, the statements and the engine of the component in this process,
/// one answer after the other, agency by agency.
pub async fn natively(
    platform: &NativePlatform,
    agencies: &[(AgencyId, Secret)],
    query: &str,
    answers: u32,
) -> Result<Spread> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let query = DashboardQuery::parse(&pairs)?;
    let mut times = Vec::new();
    for (number, (agency, api_token)) in (0..WARM_UP + answers).zip(agencies.iter().cycle()) {
        let began = Instant::now();
        let caller = token::authenticate(platform, api_token.expose(), platform.now()).await?;
        ensure!(caller.is_some_and(|caller| caller.agency == *agency));
        let Answer::Whole(body, _) = answer(platform, *agency, &query, []).await? else {
            continue;
        };
        std::hint::black_box(body.to_json());
        if number >= WARM_UP {
            times.push(began.elapsed());
        }
    }
    Ok(Spread::of(times))
}

/// Asks over HTTP.
#[derive(Clone)]
pub struct Caller {
    client: Client,
    url: String,
    tokens: Arc<Vec<Secret>>,
}

impl Caller {
    /// Asks the server at `url` with the agencies' tokens in turn.
    pub fn new(url: String, agencies: &[(AgencyId, Secret)]) -> Result<Self> {
        let tokens = agencies.iter().map(|(_, api_token)| api_token.clone());
        Ok(Self {
            client: Client::builder().build()?,
            url,
            tokens: Arc::new(tokens.collect()),
        })
    }

    /// Times of full answers, one after the other.
    pub async fn one_by_one(&self, query: &str, answers: u32) -> Result<Spread> {
        let mut times = Vec::new();
        for number in 0..WARM_UP + answers {
            let began = Instant::now();
            let (status, _) = self.ask(query, number as usize, None).await?;
            ensure!(status == StatusCode::OK, "{query}: {status}");
            if number >= WARM_UP {
                times.push(began.elapsed());
            }
        }
        Ok(Spread::of(times))
    }

    /// Times at that many connections over that many seconds; with `known`, each caller has the
    /// answer already and says so.
    pub async fn under_load(
        &self,
        query: &str,
        (connections, seconds): (usize, u64),
        known: bool,
    ) -> Result<Load> {
        let mut tasks = JoinSet::new();
        let began = Instant::now();
        let end = began + Duration::from_secs(seconds);
        for first in 0..connections {
            let (caller, query) = (self.clone(), query.to_owned());
            tasks.spawn(async move { caller.until(end, &query, first, known).await });
        }
        let mut times = Vec::new();
        while let Some(done) = tasks.join_next().await {
            times.extend(done??);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of some seconds are small"
        )]
        let per_second = times.len() as f64 / began.elapsed().as_secs_f64();
        Ok(Load {
            spread: Spread::of(times),
            per_second,
        })
    }

    async fn until(
        &self,
        end: Instant,
        query: &str,
        number: usize,
        known: bool,
    ) -> Result<Vec<Duration>> {
        let mut tag = None;
        if known {
            (_, tag) = self.ask(query, number, None).await?;
        }
        let expected = if known {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::OK
        };
        let mut times = Vec::new();
        while Instant::now() < end {
            let began = Instant::now();
            let (status, newer) = self.ask(query, number, tag.as_deref()).await?;
            // The comparison grows with time: now and then a row comes in, and the tag is another.
            if known && status == StatusCode::OK {
                tag = newer;
                continue;
            }
            ensure!(status == expected, "{query}: {status}");
            times.push(began.elapsed());
        }
        Ok(times)
    }

    async fn ask(
        &self,
        query: &str,
        number: usize,
        tag: Option<&str>,
    ) -> Result<(StatusCode, Option<String>)> {
        let api_token = &self.tokens[number % self.tokens.len()];
        let mut request = self
            .client
            .get(format!("{}/api/analytics/dashboard?{query}", self.url))
            .bearer_auth(api_token.expose());
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let response = request.send().await?;
        let tag = response
            .headers()
            .get(ETAG)
            .and_then(|tag| tag.to_str().ok());
        let (status, tag) = (response.status(), tag.map(str::to_owned));
        response.bytes().await?;
        Ok((status, tag))
    }
}
