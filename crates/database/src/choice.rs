//! The database a program works on: the embedded one, or a server's.

use std::path::PathBuf;
#[cfg(feature = "embedded")]
use std::sync::Arc;

use tidemark_domain::Secret;
#[cfg(feature = "embedded")]
use tokio::task::JoinHandle;

#[cfg(feature = "embedded")]
use crate::embedded::{EmbeddedError, EmbeddedServer, maintenance};
use crate::pool::{ConnectError, Pool, PoolOptions};

/// Which database to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseChoice {
    /// The embedded Postgres, kept in `<data_dir>/postgres`.
    Embedded {
        /// The program's data folder; created where it is missing.
        data_dir: PathBuf,
    },
    /// A Postgres server, version 15 or newer.
    Url(Secret),
}

/// Why a database cannot be opened or closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// The server cannot be reached, or refuses.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The embedded server does not start or stop.
    #[cfg(feature = "embedded")]
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// This program was built without the embedded server.
    #[cfg(not(feature = "embedded"))]
    #[error("this build has no embedded database; give the URL of a Postgres with --database-url")]
    NoEmbedded,
}

/// An open database, with one connection proven. Dropping it closes its pool, clones included.
#[derive(Debug)]
pub struct Database {
    url: Secret,
    pool: Pool,
    #[cfg(feature = "embedded")]
    embedded: Option<Embedded>,
}

#[cfg(feature = "embedded")]
#[derive(Debug)]
struct Embedded {
    server: Arc<EmbeddedServer>,
    maintenance: JoinHandle<()>,
}

impl Database {
    /// Opens a database with the usual [`PoolOptions`] and makes the first connection.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn open(choice: DatabaseChoice) -> Result<Self, DatabaseError> {
        Self::open_with(choice, PoolOptions::default()).await
    }

    /// [`Database::open`] with other limits; `max_size` does not concern the embedded server,
    /// which has one connection.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn open_with(
        choice: DatabaseChoice,
        options: PoolOptions,
    ) -> Result<Self, DatabaseError> {
        match choice {
            DatabaseChoice::Url(url) => {
                let pool = Pool::from_url(&url, options)?;
                drop(pool.get_as_left().await?);
                Ok(Self {
                    url,
                    pool,
                    #[cfg(feature = "embedded")]
                    embedded: None,
                })
            }
            #[cfg(feature = "embedded")]
            DatabaseChoice::Embedded { data_dir } => {
                Self::open_embedded(options, move || EmbeddedServer::start(&data_dir)).await
            }
            #[cfg(not(feature = "embedded"))]
            DatabaseChoice::Embedded { .. } => Err(DatabaseError::NoEmbedded),
        }
    }

    /// Opens an empty embedded database that goes when it is closed.
    ///
    /// # Errors
    /// [`DatabaseError`].
    #[cfg(feature = "embedded")]
    pub async fn open_temporary() -> Result<Self, DatabaseError> {
        Self::open_embedded(PoolOptions::default(), EmbeddedServer::start_temporary).await
    }

    #[cfg(feature = "embedded")]
    async fn open_embedded(
        options: PoolOptions,
        start: impl FnOnce() -> Result<EmbeddedServer, EmbeddedError> + Send + 'static,
    ) -> Result<Self, DatabaseError> {
        let started = tokio::task::spawn_blocking(start).await;
        let server = started.map_err(|panic| EmbeddedError::NotStarted(panic.to_string()))??;
        let server = Arc::new(server);
        let pool = Pool::embedded(&server, options)?;
        if let Err(error) = pool.get_as_left().await {
            let explained = server.explain(error).await;
            pool.close();
            server.stop().await?;
            return Err(explained.into());
        }
        let maintenance = tokio::spawn(maintenance::maintain_forever(pool.clone()));
        Ok(Self {
            url: server.url().clone(),
            pool,
            embedded: Some(Embedded {
                server,
                maintenance,
            }),
        })
    }

    /// Where components connect to; holds the password.
    pub fn url(&self) -> &Secret {
        &self.url
    }

    /// The connections.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether this is the embedded server.
    pub fn is_embedded(&self) -> bool {
        #[cfg(feature = "embedded")]
        return self.embedded.is_some();
        #[cfg(not(feature = "embedded"))]
        return false;
    }

    /// Closes the connections, then stops the embedded server. Connections in use end when they
    /// are given back.
    ///
    /// # Errors
    /// [`EmbeddedError::StillInUse`] when one is not given back.
    #[cfg_attr(
        not(feature = "embedded"),
        expect(clippy::unused_async, reason = "callers see one signature")
    )]
    pub async fn close(self) -> Result<(), DatabaseError> {
        self.pool.close();
        #[cfg(feature = "embedded")]
        if let Some(embedded) = &self.embedded {
            embedded.maintenance.abort();
            embedded.server.stop().await?;
        }
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.pool.close();
        #[cfg(feature = "embedded")]
        if let Some(embedded) = &self.embedded {
            embedded.maintenance.abort();
            embedded.server.stop_in_background();
        }
    }
}
