//! The schema: numbered SQL files, applied in order, once each.
//!
//! Every file runs in its own transaction together with its record in `schema_migrations`, under
//! an advisory lock, so that concurrent migrators wait for each other and a failed file leaves
//! nothing behind. An applied file must never change: its SHA-256 is compared every time.

mod files;
mod history;

use tidemark_domain::Instant;
use tokio_postgres::IsolationLevel;

pub use files::{FileError, Migration, Migrations};
use history::Record;

use crate::connection::Client;
use crate::pool::{ConnectError, Pool};

/// The key of the advisory lock; any constant serves that no other program uses.
const LOCK_KEY: i64 = 0x0074_6964_656d_6172;

/// Why the schema cannot be brought up to date, or not even judged.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The files themselves are wrong.
    #[error(transparent)]
    Files(#[from] FileError),
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A file was edited after it had been applied.
    #[error(
        "migration {file} was changed after it had been applied; restore the file and put the change into a new one"
    )]
    Edited {
        /// The file's name.
        file: String,
    },
    /// The database holds migrations that this program does not know.
    #[error(
        "the database is at version {database}, newer than this program's {program}; run the newer program"
    )]
    DatabaseNewer {
        /// The newest version in the database.
        database: i32,
        /// The newest version in the program.
        program: i32,
    },
    /// `schema_migrations` lacks a version below its newest.
    #[error(
        "the database's record of migration {version} is missing although later ones were applied; restore the database from a backup"
    )]
    HistoryGap {
        /// The missing version.
        version: i32,
    },
    /// Postgres refused a file.
    #[error("migration {file} failed{place}: {message} (SQLSTATE {code}); nothing of it was kept")]
    Refused {
        /// The file's name.
        file: String,
        /// ` in line N`, where Postgres tells.
        place: String,
        /// Postgres's message.
        message: String,
        /// SQLSTATE, five characters.
        code: String,
    },
    /// The bookkeeping around the files failed, or the connection broke.
    #[error("the database's migrations cannot be read or recorded: {0}")]
    Bookkeeping(#[source] tokio_postgres::Error),
}

/// A migration that has just been applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: i32,
    /// Its file's name, such as `0001_foundation.sql`.
    pub file: String,
}

/// Where a database stands, as far as it fits this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The newest applied version; 0 for an empty database.
    pub current: i32,
    /// The newest version this program knows.
    pub latest: i32,
    /// When the newest one was applied.
    pub migrated_at: Option<Instant>,
    /// Names of the files still to apply, in order.
    pub pending: Vec<String>,
}

impl MigrationStatus {
    /// Whether nothing is left to apply.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty()
    }
}

/// The newest version that this program knows.
pub fn latest() -> i32 {
    files::EMBEDDED.len().try_into().unwrap_or(i32::MAX)
}

/// Brings a database to this program's schema and tells what it applied; nothing the second time.
///
/// # Errors
/// [`MigrateError`]; what was applied before the failing file stays.
pub async fn migrate(pool: &Pool) -> Result<Vec<Applied>, MigrateError> {
    Migrations::embedded()?.apply(pool).await
}

/// Compares a database with this program, and changes nothing.
///
/// # Errors
/// [`MigrateError`], all variants but `Refused`.
pub async fn status(pool: &Pool) -> Result<MigrationStatus, MigrateError> {
    Migrations::embedded()?.status(pool).await
}

impl Migrations {
    /// [`migrate`] with these files.
    ///
    /// # Errors
    /// As [`migrate`].
    pub async fn apply(&self, pool: &Pool) -> Result<Vec<Applied>, MigrateError> {
        let mut client = pool.get().await?;
        let mut applied = Vec::new();
        while let Some(migration) = self.apply_next(&mut client).await? {
            applied.push(migration);
        }
        Ok(applied)
    }

    /// [`status`] with these files.
    ///
    /// # Errors
    /// As [`status`].
    pub async fn status(&self, pool: &Pool) -> Result<MigrationStatus, MigrateError> {
        let client = pool.get().await?;
        let records = history::read_if_present(&client)
            .await
            .map_err(MigrateError::Bookkeeping)?;
        let pending = self.pending(&records)?;
        Ok(MigrationStatus {
            current: records.last().map_or(0, |record| record.version),
            latest: self.latest(),
            migrated_at: records.last().map(|record| record.applied_at),
            pending: pending.iter().map(|file| file.name.clone()).collect(),
        })
    }

    /// Applies the first pending file, unless another migrator was faster or nothing is pending.
    async fn apply_next(&self, client: &mut Client) -> Result<Option<Applied>, MigrateError> {
        let bookkeeping = MigrateError::Bookkeeping;
        // A later isolation level would take its snapshot before the lock, and miss what the other
        // migrator did meanwhile.
        let transaction = client
            .build_transaction()
            .isolation_level(IsolationLevel::ReadCommitted)
            .start()
            .await
            .map_err(bookkeeping)?;
        transaction
            .execute("select pg_advisory_xact_lock($1)", &[&LOCK_KEY])
            .await
            .map_err(bookkeeping)?;
        history::create_table(&transaction)
            .await
            .map_err(bookkeeping)?;
        let records = history::read(&*transaction).await.map_err(bookkeeping)?;
        let Some(next) = self.pending(&records)?.first() else {
            transaction.commit().await.map_err(bookkeeping)?;
            return Ok(None);
        };
        transaction
            .batch_execute(&next.sql)
            .await
            .map_err(|error| refused(next, error))?;
        history::add(&transaction, next)
            .await
            .map_err(bookkeeping)?;
        // A constraint that is checked late speaks up here.
        transaction
            .commit()
            .await
            .map_err(|error| refused(next, error))?;
        Ok(Some(Applied {
            version: next.version,
            file: next.name.clone(),
        }))
    }

    /// The files after the recorded ones, when the records match the files before.
    fn pending(&self, records: &[Record]) -> Result<&[Migration], MigrateError> {
        let mut expected = 0;
        for record in records {
            expected += 1;
            if record.version != expected {
                return Err(MigrateError::HistoryGap { version: expected });
            }
        }
        if expected > self.latest() {
            return Err(MigrateError::DatabaseNewer {
                database: expected,
                program: self.latest(),
            });
        }
        let (applied, pending) = self.files().split_at(records.len());
        for (file, record) in applied.iter().zip(records) {
            if file.checksum != record.checksum {
                return Err(MigrateError::Edited {
                    file: file.name.clone(),
                });
            }
        }
        Ok(pending)
    }
}

fn refused(migration: &Migration, error: tokio_postgres::Error) -> MigrateError {
    use tokio_postgres::error::ErrorPosition;

    let Some(reason) = error.as_db_error() else {
        return MigrateError::Bookkeeping(error);
    };
    let place = match reason.position() {
        Some(ErrorPosition::Original(character)) => {
            let before = migration.sql.chars().take(*character as usize);
            format!(" in line {}", 1 + before.filter(|&c| c == '\n').count())
        }
        _ => String::new(),
    };
    MigrateError::Refused {
        file: migration.name.clone(),
        place,
        message: reason.message().to_owned(),
        code: reason.code().code().to_owned(),
    }
}
