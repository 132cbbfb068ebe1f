//! The time of day, as guests and schedules see it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::BoxFuture;
use wasmtime_wasi::HostWallClock;

/// The longest sleep between two looks at the clock: it bounds how late a firing is after the
/// machine slept or its clock was set.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Tells the time and waits for it. Tests give one of their own.
pub trait Clock: Send + Sync + 'static {
    /// Now, in microseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;

    /// Waits until `now` is at least `instant`, in microseconds since 1970-01-01T00:00:00Z.
    fn sleep_until(&self, instant: i64) -> BoxFuture<'_, ()>;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
    }

    fn sleep_until(&self, instant: i64) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            while let Ok(remaining @ 1..) = u64::try_from(instant.saturating_sub(self.now())) {
                let remaining = Duration::from_micros(remaining);
                tokio::time::sleep(remaining.min(LONGEST_SLEEP)).await;
            }
        })
    }
}

/// A clock given to guests as `wasi:clocks/wall-clock`.
pub(crate) struct GuestClock(pub(crate) std::sync::Arc<dyn Clock>);

impl HostWallClock for GuestClock {
    fn resolution(&self) -> Duration {
        Duration::from_micros(1)
    }

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now()).unwrap_or(0))
    }
}
