//! Connections to one database, shared and reused.

use std::fmt;
#[cfg(feature = "embedded")]
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{QueueMode, TimeoutType};
use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod};
use tidemark_domain::Secret;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::connection::{Client, ClientPool, ConnectionManager, PoolError};
#[cfg(feature = "embedded")]
use crate::embedded::{Connector, EmbeddedServer};
use crate::tls;
use crate::url::{Address, Protection};

/// A connection that comes back is not asked whether it lives: that would double every statement's
/// round trips, and a broken one is noticed by its closed socket.
const FAST: ManagerConfig = ManagerConfig {
    recycling_method: RecyclingMethod::Fast,
};

/// The embedded server's first connection starts it, and replays its log after a crash.
#[cfg(feature = "embedded")]
const EMBEDDED_CONNECT_TIMEOUT: Duration = Duration::from_mins(1);

/// Why there is no connection. Every message says what to do; none holds a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The URL cannot be read.
    #[error(
        "the database URL is malformed: {reason}; write it as postgres://user:password@host:5432/database"
    )]
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// `sslrootcert` names no readable PEM file.
    #[error(
        "the certificates of sslrootcert={path} cannot be used: {reason}; name a readable PEM file"
    )]
    BadCertificates {
        /// The file as the URL names it.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server's certificate does not prove that it is the one of the URL.
    #[error(
        "the certificate of {target} is not trusted: {reason}; name its authority with sslrootcert=FILE in the database URL, and the server as the certificate does"
    )]
    Untrusted {
        /// `host:port/database`
        target: String,
        /// The TLS library's reason.
        reason: String,
    },
    /// No server answers, or the connection breaks while it opens.
    #[error(
        "no Postgres answers at {target}: {reason}; start the server or correct the database URL"
    )]
    Unreachable {
        /// `host:port/database`
        target: String,
        /// The operating system's or the TLS library's reason.
        reason: String,
    },
    /// The server answers, and refuses.
    #[error("Postgres at {target} refuses the connection: {message} (SQLSTATE {code}); {mend}")]
    Refused {
        /// `host:port/database`
        target: String,
        /// SQLSTATE, five characters.
        code: String,
        /// Postgres's message.
        message: String,
        /// What to do.
        mend: &'static str,
    },
    /// The server accepts the connection but does not get on with it.
    #[error(
        "Postgres at {target} did not answer within {seconds} s; check the server and the network between"
    )]
    Slow {
        /// `host:port/database`
        target: String,
        /// The limit, [`PoolOptions::connect_timeout`].
        seconds: u64,
    },
    /// All connections stayed in use.
    #[error(
        "no connection to {target} became free within {seconds} s; run fewer things at once or allow more connections"
    )]
    Busy {
        /// `host:port/database`
        target: String,
        /// The limit, [`PoolOptions::wait_timeout`].
        seconds: u64,
    },
    /// The pool was closed.
    #[error("the connections to {target} are closed because the program is stopping")]
    Closed {
        /// `host:port/database`
        target: String,
    },
}

/// Limits of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolOptions {
    /// Connections at most; 16 by default. The embedded server takes one.
    pub max_size: usize,
    /// For a new connection to be ready, TLS and login included; 10 s by default.
    pub connect_timeout: Duration,
    /// For a connection in use to become free; 30 s by default.
    pub wait_timeout: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_size: 16,
            connect_timeout: Duration::from_secs(10),
            wait_timeout: Duration::from_secs(30),
        }
    }
}

/// A pool of connections; a clone shares them. TCP connections set `TCP_NODELAY`.
#[derive(Clone)]
pub struct Pool {
    inner: ClientPool,
    target: String,
    options: PoolOptions,
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pool")
            .field("target", &self.target)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool for a URL; connects when the first connection is asked for.
    ///
    /// # Errors
    /// [`ConnectError::BadUrl`] and [`ConnectError::BadCertificates`].
    pub fn from_url(url: &Secret, options: PoolOptions) -> Result<Self, ConnectError> {
        let Address {
            mut config,
            protection,
            label: target,
        } = Address::parse(url)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.connect_timeout);
        }
        let manager = match protection {
            Protection::Plain => Manager::from_config(config, NoTls, FAST),
            Protection::Tls { authorities } => {
                let connector = tls::connector(authorities.as_deref())?;
                Manager::from_config(config, connector, FAST)
            }
        };
        Ok(Self::around(manager, target, options))
    }

    /// The pool of an embedded server: its one connection, and time for it to replay its log.
    #[cfg(feature = "embedded")]
    pub(crate) fn embedded(
        server: &Arc<EmbeddedServer>,
        options: PoolOptions,
    ) -> Result<Self, ConnectError> {
        let Address { config, label, .. } = Address::parse(server.url())?;
        let connector = Connector(Arc::clone(server));
        let manager = Manager::from_connect(config, connector, FAST);
        let options = PoolOptions {
            max_size: 1,
            connect_timeout: options.connect_timeout.max(EMBEDDED_CONNECT_TIMEOUT),
            ..options
        };
        Ok(Self::around(manager, label, options))
    }

    fn around(manager: Manager, target: String, options: PoolOptions) -> Self {
        // Last in, first out: the next statement likely acts for the same agency as the last, and
        // few connections stay warm.
        let inner = ClientPool::builder(ConnectionManager(manager))
            .max_size(options.max_size)
            .queue_mode(QueueMode::Lifo)
            .create_timeout(Some(options.connect_timeout))
            .wait_timeout(Some(options.wait_timeout))
            .runtime(Runtime::Tokio1)
            .build()
            .expect("invariant: timeouts have a runtime");
        Self {
            inner,
            target,
            options,
        }
    }

    /// A connection, new or reused, with the rights of the connecting user; goes back to the pool
    /// when dropped.
    ///
    /// # Errors
    /// [`ConnectError`], all variants but the two about the URL.
    pub async fn get(&self) -> Result<Client, ConnectError> {
        let mut client = self.get_as_left().await?;
        let own = client.act_as_its_user().await;
        own.map_err(|error| self.explain(PoolError::Backend(error)))?;
        client.forget();
        Ok(client)
    }

    /// A connection that may still act for whomever it was used before: for who says before every
    /// statement for whom it runs.
    ///
    /// # Errors
    /// As [`Pool::get`].
    pub async fn get_as_left(&self) -> Result<Client, ConnectError> {
        self.inner.get().await.map_err(|error| self.explain(error))
    }

    /// The pool below, for code that speaks to deadpool itself.
    pub fn inner(&self) -> &ClientPool {
        &self.inner
    }

    /// `host:port/database`, or the socket's folder in place of host and port.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Ends idle connections and refuses new ones; those in use end when they come back.
    pub fn close(&self) {
        self.inner.close();
    }

    fn explain(&self, error: PoolError) -> ConnectError {
        let target = self.target.clone();
        match error {
            PoolError::Backend(error) => refusal(target, &error),
            PoolError::Timeout(TimeoutType::Wait) => ConnectError::Busy {
                target,
                seconds: self.options.wait_timeout.as_secs(),
            },
            PoolError::Timeout(_) => ConnectError::Slow {
                target,
                seconds: self.options.connect_timeout.as_secs(),
            },
            PoolError::Closed => ConnectError::Closed { target },
            other @ (PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => {
                ConnectError::Unreachable {
                    target,
                    reason: other.to_string(),
                }
            }
        }
    }
}

fn refusal(target: String, error: &tokio_postgres::Error) -> ConnectError {
    let Some(refused) = error.as_db_error() else {
        let reason = deepest_cause(error);
        return if tls::is_mistrust(error) {
            ConnectError::Untrusted { target, reason }
        } else {
            ConnectError::Unreachable { target, reason }
        };
    };
    let code = refused.code();
    let mend = if *code == SqlState::INVALID_PASSWORD
        || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
    {
        "correct user and password in the database URL"
    } else if *code == SqlState::INVALID_CATALOG_NAME {
        "create the database or correct its name in the database URL"
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        "raise the server's max_connections or use a smaller pool"
    } else {
        "look into the server's log"
    };
    ConnectError::Refused {
        target,
        code: code.code().to_owned(),
        message: refused.message().to_owned(),
        mend,
    }
}

/// The innermost error: the layers above only repeat "error connecting to server".
fn deepest_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
