//! Opens connections to the embedded server, and starts it again where it has ended.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use deadpool_postgres::Connect;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, NoTls};

use super::EmbeddedServer;

/// The second attempt may still fall into the queue of a server that is just ending.
const ATTEMPTS: u32 = 3;

/// How a pool reaches the embedded server.
pub(crate) struct Connector(pub Arc<EmbeddedServer>);

type Opened = Result<(Client, JoinHandle<()>), Error>;

impl Connect for Connector {
    fn connect(&self, config: &Config) -> Pin<Box<dyn Future<Output = Opened> + Send + '_>> {
        let config = config.clone();
        let server = Arc::clone(&self.0);
        Box::pin(async move {
            let mut opened = open(&config).await;
            for _ in 1..ATTEMPTS {
                // Whoever waits in its queue while the server ends is cut off, and whoever comes
                // later finds nobody. A refusal by Postgres itself stands.
                match &opened {
                    Err(error) if error.as_db_error().is_none() => {}
                    _ => break,
                }
                let server = Arc::clone(&server);
                let revived = tokio::task::spawn_blocking(move || server.revive()).await;
                if let Ok(Err(cause)) = revived {
                    tracing::error!(%cause, "embedded postgres does not come back");
                }
                opened = open(&config).await;
            }
            opened
        })
    }
}

async fn open(config: &Config) -> Opened {
    let (client, connection) = config.connect(NoTls).await?;
    let task = tokio::spawn(async move {
        if let Err(cause) = connection.await {
            tracing::warn!(%cause, "connection to embedded postgres broke");
        }
    });
    Ok((client, task))
}
