//! Rate limits: what the `X-RateLimit-*` headers say about a bucket.
//!
//! Fanvue keeps one token bucket per principal, and one per creator under `/creators/{id}/*`.
//! Source: <https://api.fanvue.com/docs/authentication/rate-limits>.

use std::time::Duration;

use tidemark_domain::{Instant, ModelId};
use tidemark_ports::HttpResponse;

/// The pause after a 429 that names neither `Retry-After` nor a reset.
const UNNAMED_PAUSE: Duration = Duration::from_mins(1);

/// Which bucket a request draws from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// The grant's own: personal, agency and list routes.
    Principal,
    /// One creator's under this grant.
    Creator(ModelId),
}

impl Bucket {
    /// The bucket's name in the table `rate_buckets`.
    pub fn name(self) -> String {
        match self {
            Self::Principal => "principal".to_owned(),
            Self::Creator(model) => model.to_string(),
        }
    }
}

/// One reading of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateReading {
    /// the bucket
    pub bucket: Bucket,
    /// requests per 60 s
    pub capacity: i64,
    /// requests left
    pub remaining: i64,
    /// when the bucket is full again
    pub resets_at: Instant,
}

impl RateReading {
    pub(crate) fn from_headers(bucket: Bucket, response: &HttpResponse) -> Option<Self> {
        let number = |name| response.header(name)?.trim().parse::<i64>().ok();
        Some(Self {
            bucket,
            capacity: number("x-ratelimit-limit")?,
            remaining: number("x-ratelimit-remaining")?,
            resets_at: instant_of_seconds(number("x-ratelimit-reset")?),
        })
    }
}

/// How long a 429 asks to wait.
pub(crate) fn pause_of(response: &HttpResponse, now: Instant) -> Duration {
    let seconds = |name| response.header(name)?.trim().parse::<i64>().ok();
    if let Some(seconds) = seconds("retry-after") {
        return Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    }
    seconds("x-ratelimit-reset").map_or(UNNAMED_PAUSE, |reset| instant_of_seconds(reset).since(now))
}

fn instant_of_seconds(seconds: i64) -> Instant {
    Instant::from_micros(seconds.saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[(&str, &str)]) -> HttpResponse {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        HttpResponse {
            status: 429,
            headers,
            body: Vec::new(),
        }
    }

    #[test]
    fn a_pause_is_what_retry_after_says_else_until_the_reset_else_a_minute() {
        let now = Instant::from_micros(1_000_000_000);
        assert_eq!(
            pause_of(&response(&[("retry-after", "7")]), now),
            Duration::from_secs(7)
        );
        assert_eq!(
            pause_of(&response(&[("x-ratelimit-reset", "1030")]), now),
            Duration::from_secs(30)
        );
        assert_eq!(pause_of(&response(&[]), now), UNNAMED_PAUSE);
    }
}
