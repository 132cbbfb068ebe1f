//! Two clocks: the machine's, and one that only moves when told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tidemark_domain::Instant;
use tidemark_ports::Clock;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let epoch = Instant::from_micros(0);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => epoch.plus(since),
            Err(before) => epoch.minus(before.duration()),
        }
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

/// A clock for tests and simulations; clones show the same time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn at(now: Instant) -> Self {
        Self(Arc::new(AtomicI64::new(now.micros())))
    }

    /// Moves to an instant, forwards or backwards.
    pub fn set(&self, now: Instant) {
        self.0.store(now.micros(), Ordering::SeqCst);
    }

    /// Moves forwards and returns the new time.
    pub fn advance(&self, span: Duration) -> Instant {
        let now = self.now().plus(span);
        self.set(now);
        now
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }

    /// Moves the clock on instead of waiting.
    async fn sleep(&self, span: Duration) {
        self.advance(span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_its_clones_with_it() {
        let clock = ManualClock::at(Instant::from_micros(5));
        let other = clock.clone();
        assert_eq!(
            clock.advance(Duration::from_millis(2)),
            Instant::from_micros(2_005)
        );
        assert_eq!(other.now(), Instant::from_micros(2_005));
        other.set(Instant::from_micros(1));
        assert_eq!(clock.now(), Instant::from_micros(1));
    }

    #[test]
    fn the_system_clock_counts_microseconds_since_1970() {
        let released = Instant::parse("2026-01-01T00:00:00Z").unwrap();
        let far = Instant::parse("2100-01-01T00:00:00Z").unwrap();
        assert!(SystemClock.now() > released && SystemClock.now() < far);
    }
}
