//! Time.

use std::future::Future;
use std::time::Duration;

use tidemark_domain::Instant;

/// Where "now" comes from, and how to wait for later.
pub trait Clock {
    /// The present instant, UTC, to the microsecond.
    fn now(&self) -> Instant;

    /// Returns after `span`; a simulated clock moves on at once.
    fn sleep(&self, span: Duration) -> impl Future<Output = ()>;
}
