//! A world behind a TCP port. The shell turns HTTP into [`World::respond`] and back.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, request};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::append::{AppendError, NewSale};
use crate::client::{ClientCredentials, TokenGrant};
use crate::clock::{Clock, Micros};
use crate::config::SimulatorConfig;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::ledger::LedgerRow;
use crate::request_log::RequestLog;
use crate::switches::Switches;
use crate::totals::Totals;
use crate::world::{SimulatedModel, UnknownModel, World};

/// A world that several requests use in turn.
pub type SharedWorld = Arc<Mutex<World>>;

/// How long [`Simulator::stop`] waits for requests that are being answered.
const LONGEST_STOP: Duration = Duration::from_secs(2);

/// Why a simulator did not start or ended.
#[derive(Debug, Error)]
pub enum SimulatorError {
    /// The address is in use or not this machine's.
    #[error("cannot listen on {address} ({cause}); choose another address or port")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The world could not be generated.
    #[error("generating the simulated world failed: {0}")]
    Generation(#[from] tokio::task::JoinError),
}

/// A running simulator. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Simulator {
    world: SharedWorld,
    clock: Clock,
    address: SocketAddr,
    client: ClientCredentials,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Simulator {
    /// Generates the world and listens; port 0 takes any free port.
    pub async fn start(
        config: SimulatorConfig,
        listen: SocketAddr,
    ) -> Result<Self, SimulatorError> {
        let listener = TcpListener::bind(listen)
            .await
            .and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = listener.map_err(|cause| SimulatorError::Listen {
            address: listen,
            cause,
        })?;
        let clock = config.clock.clone();
        let client = config.client.clone();
        let started_at = clock.now();
        let world = tokio::task::spawn_blocking(move || World::new(&config, started_at)).await?;
        let world = Arc::new(Mutex::new(world));
        let (stop, stopped) = oneshot::channel();
        let service = router(Arc::clone(&world), clock.clone());
        let serving = tokio::spawn(async move {
            let wait_for_stop = async {
                // An error means that the simulator was dropped, which is a stop too.
                let _ = stopped.await;
            };
            let server = axum::serve(listener, service).with_graceful_shutdown(wait_for_stop);
            if let Err(error) = server.await {
                tracing::error!(%error, "simulator.failed");
            }
        });
        tracing::info!(%address, "simulator.started");
        Ok(Self {
            world,
            clock,
            address,
            client,
            stop,
            serving,
        })
    }

    /// Base of the API, of OAuth and of the control API, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The registered OAuth client.
    pub fn client(&self) -> ClientCredentials {
        self.client.clone()
    }

    /// The agency's own user id, as `GET /users/me` answers it.
    pub fn agency_id(&self) -> Uuid {
        self.with_world(|world, _| world.agency_id())
    }

    /// A fresh grant of the agency, with every scope.
    pub fn agency_grant(&self) -> TokenGrant {
        self.with_world(World::agency_grant)
    }

    /// A fresh grant of a creator for its own account, with every scope.
    pub fn creator_grant(&self, model: Uuid) -> Result<TokenGrant, UnknownModel> {
        self.with_world(|world, now| world.creator_grant(model, now))
    }

    /// The creators, in the order `GET /creators` lists them.
    pub fn models(&self) -> Vec<SimulatedModel> {
        self.with_world(|world, _| world.models())
    }

    /// Every row of a creator up to now, newest first.
    pub fn ledger(&self, model: Uuid) -> Result<Vec<LedgerRow>, UnknownModel> {
        self.with_world(|world, _| world.ledger(model))
    }

    /// Sums over every row, per creator and in all.
    pub fn totals(&self) -> Totals {
        self.with_world(|world, _| world.totals())
    }

    /// Appends a row to a creator's ledger, and answers it with everything filled in.
    pub fn append_sale(&self, model: Uuid, sale: &NewSale) -> Result<LedgerRow, AppendError> {
        self.with_world(|world, now| world.append_sale(model, sale, now))
    }

    /// What was asked so far.
    pub fn request_log(&self) -> RequestLog {
        self.with_world(|world, _| world.request_log().clone())
    }

    /// Sets the requests per minute and bucket (0 is unlimited) and fills every bucket.
    pub fn set_rate_limit(&self, requests: u32) {
        self.with_world(|world, _| world.set_rate_limit(requests));
    }

    /// Revokes every grant; answers how many there were.
    pub fn revoke_tokens(&self) -> usize {
        self.with_world(|world, _| world.revoke_tokens())
    }

    /// Changes switches while the simulator runs.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.with_world(|world, _| change(world.switches_mut()));
    }

    /// Works on the world, brought up to the present of the simulator's clock.
    pub fn with_world<Answer>(&self, work: impl FnOnce(&mut World, Micros) -> Answer) -> Answer {
        let mut world = lock(&self.world);
        let now = self.clock.now();
        world.advance(now);
        work(&mut world, now)
    }

    /// Stops listening, and waits up to two seconds for requests that are being answered.
    pub async fn stop(self) {
        // The receiver is gone when the server failed, which was logged there.
        let _ = self.stop.send(());
        let aborter = self.serving.abort_handle();
        if tokio::time::timeout(LONGEST_STOP, self.serving)
            .await
            .is_err()
        {
            aborter.abort();
        }
    }
}

#[derive(Debug, Clone)]
struct Shell {
    world: SharedWorld,
    clock: Clock,
}

/// A world as an axum service, for a server of one's own.
pub fn router(world: SharedWorld, clock: Clock) -> Router {
    Router::new()
        .fallback(handle)
        .with_state(Shell { world, clock })
}

async fn handle(State(shell): State<Shell>, parts: request::Parts, body: Bytes) -> Response {
    let request = read(&parts, &body);
    let response = {
        let mut world = lock(&shell.world);
        world.respond(&request, shell.clock.now())
    };
    let status = response.status.as_u16();
    tracing::debug!(method = %request.method, path = %request.path, status, "simulator.request");
    write(response)
}

/// A panic in one request does not take the simulator away from the others.
fn lock(world: &SharedWorld) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(parts: &request::Parts, body: &Bytes) -> ApiRequest {
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    ApiRequest {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
    }
}

fn write(response: ApiResponse) -> Response {
    let mut builder = Response::builder().status(response.status);
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    builder
        .body(Body::from(response.body))
        .unwrap_or_else(|error| {
            tracing::error!(%error, "simulator.unwritable_response");
            let mut failure = Response::new(Body::empty());
            *failure.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            failure
        })
}
