//! Connections with a time limit that each request sets for itself.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use super::DEFAULT_TIME;

tokio::task_local! {
    /// The client offers no way to hand the connector something about one request.
    static CONNECT_TIME: Duration;
}

/// Runs a request whose connection, if it needs a new one, must stand within `time`.
pub(crate) fn connecting_within<F: Future>(
    time: Duration,
    request: F,
) -> impl Future<Output = F::Output> {
    CONNECT_TIME.scope(time, request)
}

/// No connection stood in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no connection within {} ms", .0.as_millis())]
pub(crate) struct ConnectTimedOut(Duration);

/// Makes plain and TLS connections.
#[derive(Clone)]
pub(crate) struct TimedConnector {
    connector: HttpsConnector<HttpConnector>,
}

impl TimedConnector {
    pub(crate) fn new() -> Self {
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        http.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Self { connector }
    }
}

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

impl Service<Uri> for TimedConnector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxedError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxedError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxedError>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // Read here: the client may go on connecting in a task of its own.
        let time = CONNECT_TIME.try_get().unwrap_or(DEFAULT_TIME);
        let connecting = self.connector.call(uri);
        Box::pin(async move {
            timeout(time, connecting)
                .await
                .map_err(|_elapsed| ConnectTimedOut(time))?
        })
    }
}
