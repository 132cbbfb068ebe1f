//! The platform calls of the components, all in one place: Spin's bindings behind the three ports.
//!
//! When the SDK changes, this crate changes and nothing else.
#![cfg(target_arch = "wasm32")]

pub mod bounded;
pub mod http_client;
pub mod http_server;
pub mod job;
pub mod postgres;
pub mod settings;
pub mod world;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tidemark_domain::{Instant, Secret};
use tidemark_ports::{
    Actor, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value,
};

pub use spin_sdk;

/// The outside as a component sees it.
pub struct SpinPlatform {
    database_url: Secret,
    actor: Actor,
}

impl SpinPlatform {
    /// A platform that speaks to the database at that URL, for `actor` where nobody else is named.
    pub const fn new(database_url: Secret, actor: Actor) -> Self {
        Self {
            database_url,
            actor,
        }
    }
}

impl Clock for SpinPlatform {
    fn now(&self) -> Instant {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Instant::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }

    async fn sleep(&self, span: Duration) {
        // A guest does one thing at a time: blocking its only thread is what waiting means here.
        let nanoseconds = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        wasi::clocks::monotonic_clock::subscribe_duration(nanoseconds).block();
    }
}

impl Http for SpinPlatform {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        http_client::send(request).await
    }
}

impl Sql for SpinPlatform {
    fn actor(&self) -> Actor {
        self.actor
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        postgres::query(&self.database_url, actor, statement, parameters)
    }
}
