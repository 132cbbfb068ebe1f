//! The HTTP server: routes requests to components.

mod connections;
mod dispatch;
mod listen;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::connections::Connections;
use self::dispatch::Dispatch;
pub use self::listen::ListenError;
use crate::runtime::Application;
use crate::serve::errands::Errands;

/// Answers that the application is up, as under Spin.
pub const HEALTH_PATH: &str = "/.well-known/spin/health";

/// Answers 200 while requests are welcome, 503 once the server is about to end.
pub const READY_PATH: &str = "/.well-known/tidemark/ready";

/// How the server serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpOptions {
    /// Requests under way at the same time; the next one is told to come again. It should leave
    /// some of the application's instances to schedules.
    pub requests: usize,
    /// How long the server goes on taking requests after it was asked to end, while it says that
    /// it is not ready and closes each connection after an answer: load balancers notice.
    pub announce_time: Duration,
    /// How long requests under way may then go on.
    pub drain_time: Duration,
    /// Whether another process may listen on the same address, to take over from this one.
    pub share_port: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            requests: 224,
            announce_time: Duration::ZERO,
            drain_time: Duration::from_secs(30),
            share_port: false,
        }
    }
}

/// What was left when the server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerEnd {
    /// Every request was answered.
    Drained,
    /// Some requests were cut off when the time to drain was up.
    CutOff,
}

/// Tells how busy a server is, also while it runs.
#[derive(Clone)]
pub struct Occupancy(Arc<Dispatch>);

impl Occupancy {
    /// Requests that components are answering.
    pub fn requests_under_way(&self) -> usize {
        self.0.under_way()
    }
}

/// A server that listens already, but does not yet answer.
pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
    dispatch: Arc<Dispatch>,
    options: HttpOptions,
}

impl HttpServer {
    /// Takes an address; port 0 takes a free one.
    ///
    /// # Errors
    /// The address cannot be had.
    pub fn bind(
        application: Arc<Application>,
        address: SocketAddr,
        options: HttpOptions,
    ) -> Result<Self, ListenError> {
        let listener = listen::listen(address, options.share_port)?;
        let unavailable = |source| ListenError::Unavailable { address, source };
        Ok(Self {
            address: listener.local_addr().map_err(unavailable)?,
            listener,
            dispatch: Arc::new(Dispatch::new(application, options.requests)),
            options,
        })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How busy the server is, from now on.
    pub fn occupancy(&self) -> Occupancy {
        Occupancy(Arc::clone(&self.dispatch))
    }

    /// What answers ask the host to run, for [`run_errands`](crate::serve::run_errands).
    pub fn errands(&self) -> Arc<Errands> {
        self.dispatch.errands()
    }

    /// Serves until `shutdown`, then lets the requests under way end.
    pub async fn run(self, shutdown: CancellationToken) -> ServerEnd {
        let connections = Connections::new(Arc::clone(&self.dispatch));
        let accepting = connections.accept_from(&self.listener);
        tokio::select! {
            () = accepting => {}
            () = shutdown.cancelled() => {}
        }

        self.dispatch.announce_end();
        // Nothing more to do if the time is zero; clients that are connected but not yet
        // accepted are still taken.
        let announced = tokio::time::sleep(self.options.announce_time);
        tokio::select! {
            () = connections.accept_from(&self.listener) => {}
            () = announced => {}
        }
        connections.accept_waiting(&self.listener);
        drop(self.listener);
        connections.drain(self.options.drain_time).await
    }
}
