//! The application at hand: its manifest, variables, data directory and database.

mod data_dir;
mod opening;

pub use data_dir::DataDir;
pub use opening::{check_variables, connections, open_application, token_key};

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tidemark_database::{Database, DatabaseChoice};
use tidemark_domain::Secret;
use tidemark_manifest::Manifest;
use tidemark_native::{HttpClient, NativePlatform, SqlPool, SystemClock};

use crate::cli::DatabaseArguments;

/// A manifest and the folder that its paths are relative to.
pub struct Project {
    /// the parsed manifest
    pub manifest: Manifest,
    /// its folder
    pub root: PathBuf,
}

impl Project {
    /// Reads a manifest.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!(
                "{} cannot be read; run tidemark in the folder of the application or name its \
                 manifest with --manifest",
                path.display()
            )
        })?;
        let manifest = Manifest::parse(&text, path)?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let root = folder.unwrap_or(Path::new(".")).to_owned();
        Ok(Self { manifest, root })
    }
}

/// Opens the database that the arguments name, else the embedded one.
pub async fn open_database(arguments: &DatabaseArguments) -> Result<Database> {
    let choice = match &arguments.database_url {
        Some(url) => DatabaseChoice::Url(Secret::new(url.as_str())),
        None => DatabaseChoice::Embedded {
            data_dir: arguments.data_dir.clone(),
        },
    };
    Ok(Database::open(choice).await?)
}

/// The three ports on this machine: its clock, its network, and that database.
pub fn platform(database: &Database) -> Result<NativePlatform> {
    Ok(NativePlatform {
        clock: SystemClock,
        http: HttpClient::new(HttpClient::TIMEOUT)?,
        sql: SqlPool::new(database.pool().clone()),
    })
}

/// Opens the database and brings its schema up to date.
pub async fn open_migrated_database(arguments: &DatabaseArguments) -> Result<Database> {
    let database = open_database(arguments).await?;
    tidemark_database::migrations::migrate(database.pool()).await?;
    Ok(database)
}
