//! Request buckets: full again every 60 seconds, one per user, and one more per creator for the
//! requests under `/creators/{id}/…`.

use std::collections::HashMap;
use std::time::Duration;

use uuid::Uuid;

use crate::clock::Micros;
use crate::exchange::ApiResponse;
use crate::tokens::Principal;

const REFILL: Duration = Duration::from_mins(1);
/// What the headers say when there is no limit.
const UNLIMITED: u32 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BucketKey {
    pub(crate) principal: Principal,
    pub(crate) creator: Option<Uuid>,
}

#[derive(Debug)]
struct Bucket {
    remaining: u32,
    refills_at: Micros,
}

#[derive(Debug)]
pub(crate) struct Limiter {
    /// Requests per refill; 0 is unlimited.
    limit: u32,
    buckets: HashMap<BucketKey, Bucket>,
}

/// What a bucket says about one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    limit: u32,
    remaining: u32,
    refills_at: Micros,
    /// Whole seconds to wait; none when the request is allowed.
    pub(crate) retry_after_seconds: Option<i64>,
}

impl Limiter {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit,
            buckets: HashMap::new(),
        }
    }

    /// Sets the limit; every bucket starts full.
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.limit = limit;
        self.buckets.clear();
    }

    /// Takes one request out of a bucket.
    pub(crate) fn take(&mut self, key: BucketKey, now: Micros) -> Allowance {
        if self.limit == 0 {
            return self.untouched(now);
        }
        let full = Bucket {
            remaining: self.limit,
            refills_at: now.plus(REFILL),
        };
        let bucket = self.buckets.entry(key).or_insert(full);
        if bucket.refills_at <= now {
            bucket.remaining = self.limit;
            bucket.refills_at = now.plus(REFILL);
        }
        let retry_after_seconds = if bucket.remaining == 0 {
            let wait = Micros(bucket.refills_at.0 - now.0);
            Some(wait.unix_seconds_up())
        } else {
            bucket.remaining -= 1;
            None
        };
        Allowance {
            limit: self.limit,
            remaining: bucket.remaining,
            refills_at: bucket.refills_at,
            retry_after_seconds,
        }
    }

    /// What to say to a caller that has no bucket.
    pub(crate) fn untouched(&self, now: Micros) -> Allowance {
        let limit = if self.limit == 0 {
            UNLIMITED
        } else {
            self.limit
        };
        Allowance {
            limit,
            remaining: limit,
            refills_at: now.plus(REFILL),
            retry_after_seconds: None,
        }
    }
}

impl Allowance {
    /// The same bucket as if nothing were left in it; whether and how long to wait is up to the
    /// caller.
    pub(crate) fn used_up(self, retry_after_seconds: Option<i64>) -> Self {
        Self {
            remaining: 0,
            retry_after_seconds,
            ..self
        }
    }

    /// Writes the three headers of every answer, and `Retry-After` where it applies.
    pub(crate) fn write_headers(self, response: &mut ApiResponse) {
        response.push_header("x-ratelimit-limit", self.limit.to_string());
        response.push_header("x-ratelimit-remaining", self.remaining.to_string());
        let reset = self.refills_at.unix_seconds_up();
        response.push_header("x-ratelimit-reset", reset.to_string());
        if let Some(seconds) = self.retry_after_seconds {
            response.push_header("retry-after", seconds.to_string());
        }
    }
}
