//! The embedded Postgres: version 17 compiled to Wasm, in this process, files in a folder.
//!
//! - It listens on a Unix socket that only this user can reach, and serves one connection at a
//!   time; a second one waits.
//! - It never syncs to disk. Killing the process loses nothing that was committed; a power cut
//!   may. So it is for trials, development and tests.
//! - It has no background workers: [`maintenance`] writes checkpoints and vacuums.
//! - About 130 MB resident while it runs, 50 MB of it shared code pages. 16 MB of shared buffers
//!   instead of the default 128 MB save 140 MB and three quarters of the start time.

mod cluster;
mod connector;
mod diagnosis;
pub mod maintenance;

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pglite_oxide::PgliteServer;
use tempfile::TempDir;
use tidemark_domain::Secret;
use tokio::sync::oneshot;

pub(crate) use connector::Connector;

use crate::pool::ConnectError;

/// Settings that differ from Postgres's defaults; see the module's text for the memory. The WAL
/// sizes are the least, since nothing but the last checkpoint is ever replayed.
const SETTINGS: [(&str, &str); 5] = [
    ("shared_buffers", "16MB"),
    ("wal_buffers", "1MB"),
    ("min_wal_size", "32MB"),
    ("max_wal_size", "64MB"),
    ("max_connections", "5"),
];

/// The longest path of a Unix socket that every system takes (macOS: 104 bytes with the final 0).
const SOCKET_PATH_LIMIT: usize = 100;

/// How long [`EmbeddedServer::stop`] waits for the last client to leave.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Why the embedded Postgres does not start or stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbeddedError {
    /// Another process, or another part of this one, has the folder open.
    #[error(
        "the database in {} is in use by another tidemark; stop that one or choose another data dir", .folder.display()
    )]
    InUse {
        /// The cluster's folder.
        folder: PathBuf,
    },
    /// Files are missing or unreadable. Nothing was changed.
    #[error(
        "the database in {} is damaged: {reason}; restore the folder from a backup, or move it away to begin anew", .folder.display()
    )]
    Damaged {
        /// The cluster's folder.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Another major version of Postgres wrote the folder. Nothing was changed.
    #[error(
        "the database in {} was written by Postgres {found}, this program embeds {expected}; run the older tidemark, or move the folder away to begin anew", .folder.display()
    )]
    OtherVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// Its version.
        found: String,
        /// The embedded one.
        expected: String,
    },
    /// The folder cannot be created or written.
    #[error("{} cannot be written: {reason}; correct its permissions or choose another data dir", .path.display())]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        reason: String,
    },
    /// The disk is full.
    #[error("no space is left on the disk of {}; free some and start again", .path.display())]
    DiskFull {
        /// The file or folder.
        path: PathBuf,
    },
    /// The server's own files cannot be unpacked or loaded.
    #[error(
        "the embedded Postgres cannot be started: {0}; check that the user's cache folder (XDG_CACHE_HOME) is writable, or use --database-url"
    )]
    NotStarted(String),
    /// A client kept its connection for too long.
    #[error(
        "the embedded Postgres did not stop within {seconds} s because a client is still connected"
    )]
    StillInUse {
        /// The limit.
        seconds: u64,
    },
}

impl EmbeddedError {
    fn from_io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::NotWritable {
                path,
                reason: error.to_string(),
            },
        }
    }
}

/// A running embedded Postgres. Dropping it lets it stop in the background when the last client
/// has left; [`EmbeddedServer::stop`] waits for that.
#[derive(Debug)]
pub struct EmbeddedServer {
    folder: PathBuf,
    socket: PathBuf,
    url: Secret,
    running: Mutex<Option<Running>>,
}

/// What a running server holds; dropped from top to bottom: the files are given up last.
#[derive(Debug)]
struct Running {
    server: Option<PgliteServer>,
    _socket_folder: Option<TempDir>,
    _lock: File,
    _temporary: Option<TempDir>,
}

impl EmbeddedServer {
    /// Starts the database in `<data dir>/postgres`, a new one when there is none. Blocks.
    ///
    /// # Errors
    /// [`EmbeddedError`]; an existing folder is only ever opened, never made anew.
    pub fn start(data_dir: &Path) -> Result<Self, EmbeddedError> {
        Self::start_in(data_dir, None)
    }

    /// Starts an empty database in a temporary folder, which goes when the server stops. Blocks.
    ///
    /// # Errors
    /// [`EmbeddedError`].
    pub fn start_temporary() -> Result<Self, EmbeddedError> {
        let temporary = tempfile::Builder::new()
            .prefix("tidemark-embedded-")
            .tempdir()
            .map_err(|error| EmbeddedError::from_io(&std::env::temp_dir(), &error))?;
        let data_dir = temporary.path().to_owned();
        Self::start_in(&data_dir, Some(temporary))
    }

    fn start_in(data_dir: &Path, temporary: Option<TempDir>) -> Result<Self, EmbeddedError> {
        let folder = data_dir.join("postgres");
        let lock = lock(data_dir, &folder)?;
        cluster::prepare(&folder)?;
        let (socket, socket_folder) = socket_path(&folder)?;
        let server = launch(&folder, &socket)?;
        Ok(Self {
            url: Secret::new(server.database_url()),
            folder,
            socket,
            running: Mutex::new(Some(Running {
                server: Some(server),
                _socket_folder: socket_folder,
                _lock: lock,
                _temporary: temporary,
            })),
        })
    }

    /// The URL of the database, over the Unix socket; it needs no password.
    pub fn url(&self) -> &Secret {
        &self.url
    }

    /// The folder of the cluster, `<data dir>/postgres`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it means that the very first connection fails, which is when Postgres opens its files.
    pub(crate) async fn explain(&self, error: ConnectError) -> EmbeddedError {
        let (folder, socket) = (self.folder.clone(), self.socket.clone());
        let diagnosed = tokio::task::spawn_blocking(move || {
            // Postgres in Wasm reports a full disk as any other I/O error.
            if let Err(cause) = diagnosis::try_to_write(&folder) {
                return EmbeddedError::from_io(&folder, &cause);
            }
            let reason = match error {
                ConnectError::Refused { message, .. } => message,
                ConnectError::Unreachable { reason, .. } => {
                    diagnosis::refusal(&socket).unwrap_or(reason)
                }
                other => return EmbeddedError::NotStarted(other.to_string()),
            };
            let reason = diagnosis::in_one_line(&reason);
            EmbeddedError::Damaged { folder, reason }
        });
        let diagnosed = diagnosed.await;
        diagnosed.unwrap_or_else(|panic| EmbeddedError::NotStarted(panic.to_string()))
    }

    /// Writes the last checkpoint and gives up the files, once every client has left.
    ///
    /// # Errors
    /// [`EmbeddedError::StillInUse`] after 30 s; the server then stops when the client leaves.
    pub async fn stop(&self) -> Result<(), EmbeddedError> {
        let Some(running) = self.running().take() else {
            return Ok(());
        };
        // A thread of its own: unlike a blocking task it cannot hold up the end of the runtime.
        let (done, stopped) = oneshot::channel();
        std::thread::spawn(move || {
            drop(running);
            let _ = done.send(());
        });
        match tokio::time::timeout(STOP_LIMIT, stopped).await {
            Ok(_) => Ok(()),
            Err(_) => Err(EmbeddedError::StillInUse {
                seconds: STOP_LIMIT.as_secs(),
            }),
        }
    }

    /// Starts the server again where it ended by itself: pglite's server thread ends on the first
    /// client that breaks the protocol or its connection. Blocks.
    fn revive(&self) -> Result<(), EmbeddedError> {
        let mut guard = self.running();
        let Some(running) = guard.as_mut() else {
            return Ok(());
        };
        if std::os::unix::net::UnixStream::connect(&self.socket).is_ok() {
            return Ok(());
        }
        if let Some(Err(cause)) = running.server.take().map(PgliteServer::shutdown) {
            tracing::warn!(
                cause = format!("{cause:#}"),
                "embedded postgres is started again"
            );
        }
        running.server = Some(launch(&self.folder, &self.socket)?);
        Ok(())
    }

    /// Stops when the last client has left; does not wait for it, because the client may be waiting
    /// for this very thread.
    pub(crate) fn stop_in_background(&self) {
        if let Some(running) = self.running().take() {
            std::thread::spawn(move || drop(running));
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        self.stop_in_background();
    }
}

fn lock(data_dir: &Path, folder: &Path) -> Result<File, EmbeddedError> {
    fs::create_dir_all(data_dir).map_err(|error| EmbeddedError::from_io(data_dir, &error))?;
    let path = data_dir.join("postgres.lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| EmbeddedError::from_io(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(EmbeddedError::from_io(&path, &error)),
    }
}

/// The socket inside the cluster's folder, or in a temporary one where that path is too long.
fn socket_path(folder: &Path) -> Result<(PathBuf, Option<TempDir>), EmbeddedError> {
    const NAME: &str = ".s.PGSQL.5432";
    let folder = folder
        .canonicalize()
        .map_err(|error| EmbeddedError::from_io(folder, &error))?;
    let inside = folder.join(NAME);
    if inside.as_os_str().as_bytes().len() <= SOCKET_PATH_LIMIT {
        return Ok((inside, None));
    }
    // Created with mode 0700, like the cluster's folder.
    let private = tempfile::Builder::new()
        .prefix("tidemark-")
        .tempdir()
        .map_err(|error| EmbeddedError::from_io(&std::env::temp_dir(), &error))?;
    Ok((private.path().join(NAME), Some(private)))
}

fn launch(folder: &Path, socket: &Path) -> Result<PgliteServer, EmbeddedError> {
    PgliteServer::builder()
        .path(folder)
        .unix(socket)
        .database("postgres")
        .postgres_configs(SETTINGS)
        .start()
        .map_err(|error| match error.downcast_ref::<io::Error>() {
            Some(cause) if cause.kind() == io::ErrorKind::StorageFull => {
                EmbeddedError::from_io(folder, cause)
            }
            _ => EmbeddedError::NotStarted(format!("{error:#}")),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_from_a_folder_without_permission() {
        let sentence = |kind: io::ErrorKind| {
            EmbeddedError::from_io(Path::new("/data/postgres"), &kind.into()).to_string()
        };
        assert_eq!(
            sentence(io::ErrorKind::StorageFull),
            "no space is left on the disk of /data/postgres; free some and start again"
        );
        let refused = sentence(io::ErrorKind::PermissionDenied);
        assert!(refused.starts_with("/data/postgres cannot be written: permission denied"));
    }
}
