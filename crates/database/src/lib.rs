//! The database: an embedded Postgres or a server's, a pool of connections, and the schema.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use tidemark_database::{Database, DatabaseChoice, migrations};
//!
//! let data_dir = ".tidemark".into();
//! let database = Database::open(DatabaseChoice::Embedded { data_dir }).await?;
//! for applied in migrations::migrate(database.pool()).await? {
//!     println!("applied {}", applied.file);
//! }
//! database.close().await?;
//! # Ok(())
//! # }
//! ```

mod choice;
pub mod connection;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod migrations;
pub mod pool;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
mod url;

pub use choice::{Database, DatabaseChoice, DatabaseError};
pub use connection::Client;
#[cfg(feature = "embedded")]
pub use embedded::{EmbeddedError, EmbeddedServer};
pub use migrations::{Applied, MigrateError, MigrationStatus, latest, migrate, status};
pub use pool::{ConnectError, Pool, PoolOptions};
