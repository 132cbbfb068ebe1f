//! What a world is made of: its database, its grant, its components.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tidemark::runtime::{Application, GuestPool, Limits, PoolsByAddress, Settings};
use tidemark_connections::store::{self, NewGrant};
use tidemark_database::testing::{TestDatabase, TestServer};
use tidemark_domain::{AgencyId, ConnectionId, Secret};
use tidemark_manifest::Variables;
use tidemark_native::{HttpClient, NativePlatform, SqlPool, SystemClock};
use tidemark_ports::Clock as _;
use tidemark_sealing::KeyRing;
use tidemark_simulator::Simulator;
use uuid::Uuid;

use crate::components;
use crate::compressed::CompressedClock;
use crate::world::CRON_SECRET;

/// What guests know the database as.
const DATABASE_HOST: &str = "database.test:5432";

/// The database, reached natively.
pub(crate) fn platform_of(database: &TestDatabase) -> NativePlatform {
    NativePlatform {
        clock: SystemClock,
        http: HttpClient::new(HttpClient::TIMEOUT).expect("a client"),
        sql: SqlPool::new(database.pool().clone()),
    }
}

/// Gives the agency its grant of Fanvue.
pub(crate) async fn connect(
    platform: &NativePlatform,
    token_key: &Secret,
    agency: AgencyId,
    simulator: &Simulator,
) {
    let keys = KeyRing::parse(token_key).expect("a key ring");
    let grant = simulator.agency_grant();
    let grant = NewGrant {
        access_token: Secret::new(grant.access_token),
        refresh_token: Secret::new(grant.refresh_token),
        expires_in: Duration::from_secs(grant.expires_in_seconds),
    };
    let id = (agency, ConnectionId::new(Uuid::new_v4()));
    store::connect(platform, &keys, id, &grant, platform.now())
        .await
        .expect("a connection");
}

/// The components of a manifest, as the host runs them.
pub(crate) async fn load(
    database: &TestDatabase,
    simulator: &Simulator,
    given: [(&str, String); 4],
    (manifest, limits): (&str, Limits),
    clock: Option<Arc<CompressedClock>>,
) -> Arc<Application> {
    let manifest = components::manifest(manifest);
    let address = format!("postgres://tidemark@{DATABASE_HOST}/tidemark");
    let client = simulator.client();
    let values = [
        ("database_url", address.clone()),
        ("database_host", DATABASE_HOST.to_owned()),
        ("fanvue_api_url", simulator.base_url()),
        ("fanvue_auth_url", simulator.base_url()),
        ("fanvue_client_id", client.id),
        ("fanvue_client_secret", client.secret),
        ("cron_secret", CRON_SECRET.to_owned()),
    ];
    let values: BTreeMap<String, String> = values
        .into_iter()
        .chain(given)
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let variables =
        Variables::from_environment(&manifest.variables, [], &values).expect("variables");
    let pool = GuestPool {
        pool: database.pool().inner().clone(),
        cancels: database.server() == TestServer::Native,
    };
    let pools = PoolsByAddress::new(|address| Err(format!("no pool for {address}")))
        .with_pool(address, pool);
    let root = components::root();
    let mut settings = Settings {
        code_cache: Some(root.join("target/test-code-cache")),
        limits,
        ..Settings::new(root)
    };
    if let Some(clock) = clock {
        settings.clock = clock;
    }
    let application = Application::load(&manifest, &variables, Arc::new(pools), settings).await;
    Arc::new(application.expect("an application"))
}
