//! All ports in one value.

use std::time::Duration;

use tidemark_domain::Instant;
use tidemark_ports::{
    Actor, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value,
};

use crate::clock::SystemClock;
use crate::http::HttpClient;
use crate::sql::SqlPool;

/// What a step needs from the outside. Every part can be replaced: tests put a manual clock or a
/// scripted HTTP in.
#[derive(Clone, Debug)]
pub struct NativePlatform<C = SystemClock, H = HttpClient, S = SqlPool> {
    /// Where "now" comes from.
    pub clock: C,
    /// Sends requests.
    pub http: H,
    /// Runs statements.
    pub sql: S,
}

impl<C: Clock, H, S> Clock for NativePlatform<C, H, S> {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    async fn sleep(&self, span: Duration) {
        self.clock.sleep(span).await;
    }
}

impl<C, H: Http, S> Http for NativePlatform<C, H, S> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.http.send(request).await
    }
}

impl<C, H, S: Sql> Sql for NativePlatform<C, H, S> {
    fn actor(&self) -> Actor {
        self.sql.actor()
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        self.sql.query_as(actor, statement, parameters).await
    }
}
