//! From a manifest and a database to a loaded application.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use tidemark::runtime::{Application, GuestPool, Limits, PoolsByAddress, Settings};
use tidemark_connections::ConnectionSettings;
use tidemark_database::{Database, Pool, PoolOptions};
use tidemark_domain::Secret;
use tidemark_fanvue::FanvueSettings;
use tidemark_manifest::Variables;
use tidemark_manifest::variables::environment_key;
use tidemark_sealing::KeyRing;

use super::{DataDir, Project};

/// Variables that the host fills in where the environment does not.
const HOST_FILLS_IN: [&str; 3] = ["database_url", "database_host", "token_key"];

/// What guests call the embedded database: they know Postgres URLs and nothing else.
const EMBEDDED_HOST: &str = "embedded.tidemark.internal:5432";

/// Loads the application; `given` overrides the environment.
pub async fn open_application(
    project: &Project,
    database: &Database,
    data_dir: &DataDir,
    given: BTreeMap<String, String>,
    limits: Limits,
) -> Result<Arc<Application>> {
    let address = guest_address(database);
    let overrides = overrides(project, database, data_dir, &address, given)?;
    let declared = &project.manifest.variables;
    let variables = Variables::from_environment(declared, std::env::vars(), &overrides)?;
    let settings = Settings {
        code_cache: Some(data_dir.code_cache()),
        limits,
        ..Settings::new(&project.root)
    };
    let own = GuestPool {
        pool: database.pool().inner().clone(),
        cancels: !database.is_embedded(),
    };
    let pools = PoolsByAddress::new(open_pool).with_pool(address, own);
    let application =
        Application::load(&project.manifest, &variables, Arc::new(pools), settings).await?;
    Ok(Arc::new(application))
}

/// Fails when a required variable has no value, before anything is opened.
pub fn check_variables(project: &Project) -> Result<()> {
    let declared = &project.manifest.variables;
    let stand_ins = HOST_FILLS_IN
        .into_iter()
        .filter(|name| declared.contains_key(*name))
        .map(|name| (name.to_owned(), String::new()))
        .collect();
    Variables::from_environment(declared, std::env::vars(), &stand_ins)?;
    Ok(())
}

/// How to reach Fanvue and to open stored grants, for what the host does itself.
pub fn connections(project: &Project, data_dir: &DataDir) -> Result<ConnectionSettings> {
    let declared = &project.manifest.variables;
    let stand_in = |name: &str| (name.to_owned(), String::new());
    let stand_ins = HOST_FILLS_IN.into_iter().map(stand_in).collect();
    let variables = Variables::from_environment(declared, std::env::vars(), &stand_ins)?;
    let text = |name: &str| variables.get(name).unwrap_or_default().to_owned();
    let base = |name: &str| text(name).trim_end_matches('/').to_owned();
    Ok(ConnectionSettings {
        fanvue: FanvueSettings {
            api_url: base("fanvue_api_url"),
            auth_url: base("fanvue_auth_url"),
            api_version: text("fanvue_api_version"),
            client_id: text("fanvue_client_id"),
            client_secret: Secret::new(text("fanvue_client_secret")),
        },
        keys: KeyRing::parse(&token_key(data_dir)?)?,
    })
}

/// A pool for another address than the host's own database.
fn open_pool(address: &str) -> Result<GuestPool, String> {
    let pool = Pool::from_url(&Secret::new(address), PoolOptions::default())
        .map_err(|error| error.to_string())?;
    Ok(GuestPool {
        pool: pool.inner().clone(),
        cancels: true,
    })
}

fn guest_address(database: &Database) -> String {
    if database.is_embedded() {
        format!("postgres://tidemark@{EMBEDDED_HOST}/tidemark")
    } else {
        database.url().expose().to_owned()
    }
}

/// What the host knows better than the environment: the database that is open, the narrowest grant
/// to reach it, and a key where none is set. Only variables that the manifest declares.
fn overrides(
    project: &Project,
    database: &Database,
    data_dir: &DataDir,
    address: &str,
    given: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>> {
    let declared = &project.manifest.variables;
    let mut overrides = given;
    overrides.insert("database_url".to_owned(), address.to_owned());
    let host = if database.is_embedded() {
        EMBEDDED_HOST.to_owned()
    } else {
        server_of(database)
    };
    overrides.insert("database_host".to_owned(), host);
    if declared.contains_key("token_key") {
        overrides.insert(
            "token_key".to_owned(),
            token_key(data_dir)?.expose().to_owned(),
        );
    }
    overrides.retain(|name, _| declared.contains_key(name));
    Ok(overrides)
}

/// `host:port` of the server; anything where it is reached through a socket file.
fn server_of(database: &Database) -> String {
    match database.pool().target().split_once('/') {
        Some((server, _)) if !server.is_empty() => server.to_owned(),
        _ => "*:*".to_owned(),
    }
}

/// The key that seals Fanvue tokens: the configured one, else the data directory's.
pub fn token_key(data_dir: &DataDir) -> Result<Secret> {
    match std::env::var(environment_key("token_key")) {
        Ok(key) if !key.is_empty() => Ok(Secret::new(key)),
        _ => data_dir.token_key(),
    }
}
