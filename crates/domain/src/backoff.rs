//! How long to wait before trying again: exponential, with full jitter.
//!
//! Jitter keeps hosts from coming back at the same instant. It is drawn from the instant and from
//! who asks, so a simulated world repeats itself exactly and no random source is needed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::Instant;

/// The first and the longest wait of a series.
#[derive(Clone, Copy, Debug)]
pub struct Series {
    /// upper bound of the first wait
    pub first: Duration,
    /// upper bound of every wait
    pub longest: Duration,
}

/// Between two tries of one request (fanvue-api section 11).
pub const REQUEST: Series = Series {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(30),
};

/// The longest pause before a failed model is tried again is a scheduled step's interval.
pub const MODEL: Series = Series {
    first: Duration::from_secs(30),
    longest: Duration::from_mins(15),
};

impl Series {
    /// The wait after the `attempt`th failure, counted from 1: anything up to the series' bound.
    pub fn wait(self, attempt: u32, now: Instant, seed: u128) -> Duration {
        jitter(self.bound(attempt), now, seed.wrapping_add(attempt.into()))
    }

    /// The same, but at least half of the bound: for what must not be tried again at once.
    pub fn pause(self, attempt: u32, now: Instant, seed: u128) -> Duration {
        let half = self.bound(attempt) / 2;
        half + jitter(half, now, seed.wrapping_add(attempt.into()))
    }

    fn bound(self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(16);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

/// A time between nothing and `bound`.
pub fn jitter(bound: Duration, now: Instant, seed: u128) -> Duration {
    let mut hasher = DefaultHasher::new();
    (now.micros(), seed).hash(&mut hasher);
    let share = u32::try_from(hasher.finish() >> 32).unwrap_or(u32::MAX);
    let nanoseconds = bound.as_nanos() * u128::from(share) / u128::from(u32::MAX);
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(attempt: u32) -> impl Iterator<Item = Duration> {
        (0..1_000).map(move |micros| REQUEST.wait(attempt, Instant::from_micros(micros), 7))
    }

    #[test]
    fn waits_fill_a_range_that_doubles_up_to_its_limit() {
        for (attempt, bound) in [(1, 1), (2, 2), (3, 4), (6, 30), (60, 30)] {
            let bound = Duration::from_secs(bound);
            let longest = waits(attempt).max().unwrap();
            assert!(longest <= bound && longest > bound * 9 / 10, "{attempt}");
            assert!(waits(attempt).min().unwrap() < bound / 10, "{attempt}");
        }
    }

    #[test]
    fn two_connections_do_not_come_back_at_the_same_instant() {
        let now = Instant::from_micros(5);
        assert_ne!(REQUEST.wait(3, now, 1), REQUEST.wait(3, now, 2));
    }
}
