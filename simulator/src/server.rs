//! A world behind a TCP port.

mod body;
mod courier;
mod handle;
mod shell;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::ClientCredentials;
use crate::clock::{Clock, Micros};
use crate::config::SimulatorConfig;
use crate::world::World;

use shell::lock;
pub use shell::router;

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
    courier: AbortOnDrop,
}

/// A task that ends with its owner.
#[derive(Debug)]
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
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
        let courier = courier::deliver(Arc::clone(&world), clock.clone());
        let courier = AbortOnDrop(tokio::spawn(courier));
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
            courier,
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
        drop(self.courier);
        let aborter = self.serving.abort_handle();
        if tokio::time::timeout(LONGEST_STOP, self.serving)
            .await
            .is_err()
        {
            aborter.abort();
        }
    }
}
