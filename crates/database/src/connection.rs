//! A connection that remembers for whom its session acts, so that nobody tells it twice.

use std::mem;
use std::ops::{Deref, DerefMut};

use deadpool::managed::{self, Metrics, RecycleResult};
use deadpool_postgres::ClientWrapper;
use tidemark_ports::PREAMBLE;
use tokio_postgres::Error;

/// Undoes [`PREAMBLE`].
const OWN_RIGHTS: &str = "reset role; reset tidemark.agency";

/// Undoes whatever may have been done to a session, in one round trip. The same list as
/// `DISCARD ALL` but for the prepared statements, with an end to an open transaction before it.
const RESET: &str = "ROLLBACK; CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; \
                     UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

/// Connections to one database, as deadpool keeps them.
pub type ClientPool = managed::Pool<ConnectionManager>;

/// A connection on loan; goes back to its pool when dropped.
pub type Client = managed::Object<ConnectionManager>;

/// Why a [`ClientPool`] gives no connection.
pub type PoolError = managed::PoolError<Error>;

/// For whom a session acts, as far as it was told through [`Connection`].
#[derive(Clone, Debug, PartialEq, Eq)]
enum ActsFor {
    /// Whoever connected.
    ItsUser,
    /// A role, and an agency or none.
    Actor { role: String, agency: String },
    /// Statements ran that may have changed it.
    Unknown,
}

/// One connection with its prepared statements.
///
/// What runs through it directly may change for whom it acts only after [`Connection::forget`].
#[derive(Debug)]
pub struct Connection {
    client: ClientWrapper,
    acts_for: ActsFor,
}

impl Connection {
    /// Makes the session act for a role and an agency (empty for none), as [`PREAMBLE`] does; no
    /// round trip where it does already. Outside of a transaction only: its end could undo it.
    ///
    /// # Errors
    /// Postgres's refusal, as where the role is missing: it goes on acting for whom it did. Or the
    /// connection broke.
    pub async fn act_as(&mut self, role: &str, agency: &str) -> Result<(), Error> {
        if let ActsFor::Actor {
            role: of,
            agency: at,
        } = &self.acts_for
            && (of.as_str(), at.as_str()) == (role, agency)
        {
            return Ok(());
        }
        // Unknown while it is under way: this call may be dropped before it is answered.
        let before = mem::replace(&mut self.acts_for, ActsFor::Unknown);
        let answer = act_as(&self.client, role, agency).await;
        self.acts_for = match &answer {
            Ok(()) => ActsFor::Actor {
                role: role.to_owned(),
                agency: agency.to_owned(),
            },
            Err(_) => before,
        };
        answer
    }

    /// Makes the session act for whoever connected; no round trip where it does already.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn act_as_its_user(&mut self) -> Result<(), Error> {
        if self.acts_for != ActsFor::ItsUser {
            // Unknown while it is under way, as above.
            self.forget();
            self.client.batch_execute(OWN_RIGHTS).await?;
            self.acts_for = ActsFor::ItsUser;
        }
        Ok(())
    }

    /// Makes the session as if it were new, but for its prepared statements.
    ///
    /// # Errors
    /// It was cancelled, or the connection broke.
    pub async fn reset(&mut self) -> Result<(), Error> {
        self.forget();
        self.client.batch_execute(RESET).await?;
        self.acts_for = ActsFor::ItsUser;
        Ok(())
    }

    /// To be said before statements that may change for whom the session acts.
    pub fn forget(&mut self) {
        self.acts_for = ActsFor::Unknown;
    }
}

async fn act_as(client: &ClientWrapper, role: &str, agency: &str) -> Result<(), Error> {
    let preamble = client.prepare_cached(PREAMBLE).await?;
    client.query(&preamble, &[&role, &agency]).await?;
    Ok(())
}

impl Deref for Connection {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.client
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut ClientWrapper {
        &mut self.client
    }
}

/// Opens connections, and sees when they come back whether they still stand.
#[derive(Debug)]
pub struct ConnectionManager(pub(crate) deadpool_postgres::Manager);

impl managed::Manager for ConnectionManager {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        Ok(Connection {
            client: self.0.create().await?,
            acts_for: ActsFor::ItsUser,
        })
    }

    async fn recycle(
        &self,
        connection: &mut Connection,
        metrics: &Metrics,
    ) -> RecycleResult<Error> {
        self.0.recycle(&mut connection.client, metrics).await
    }

    fn detach(&self, connection: &mut Connection) {
        self.0.detach(&mut connection.client);
    }
}
