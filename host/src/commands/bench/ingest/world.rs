//! An agency with one model and a simulated Fanvue without limits.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tidemark_connections::ConnectionSettings;
use tidemark_connections::store::{self, NewGrant};
use tidemark_domain::{AgencyId, ConnectionId, Secret, Zone};
use tidemark_fanvue::FanvueSettings;
use tidemark_jobs::{Outcome, RowCounts, StepReport, StepRequest};
use tidemark_native::{HttpClient, NativePlatform, SqlPool, SystemClock};
use tidemark_ports::Clock as _;
use tidemark_sealing::{KeyRing, generate_key};
use tidemark_simulator::{Simulator, SimulatorConfig};
use tidemark_sync::SyncSettings;
use tidemark_tenancy::agency;
use uuid::Uuid;

use super::stopwatch::Stopwatch;
use crate::commands::bench::scratch::Scratch;

/// A world to sync.
pub struct World {
    /// the platform
    pub platform: Stopwatch,
    settings: SyncSettings,
    // Serves as long as it lives.
    _simulator: Simulator,
}

impl World {
    /// A history of so many rows; writes hold at least `rows_per_write`.
    pub async fn begin(scratch: &Scratch, rows: u32, rows_per_write: usize) -> Result<Self> {
        let config = SimulatorConfig::default()
            .with_models(1)
            .with_transactions(rows)
            .with_rate_limit(0);
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = Simulator::start(config, listen).await?;
        let platform = NativePlatform {
            clock: SystemClock,
            http: HttpClient::new(HttpClient::TIMEOUT)?,
            sql: SqlPool::new(scratch.pool.clone()),
        };
        let client = simulator.client();
        let connections = ConnectionSettings {
            fanvue: FanvueSettings {
                api_url: simulator.base_url(),
                auth_url: simulator.base_url(),
                api_version: tidemark_simulator::API_VERSION.to_owned(),
                client_id: client.id,
                client_secret: Secret::new(client.secret),
            },
            keys: KeyRing::parse(&generate_key()?)?,
        };
        let agency = AgencyId::new(Uuid::new_v4());
        let now = platform.now();
        agency::create(&platform, agency, "Bench", &Zone::utc(), now).await?;
        let grant = simulator.agency_grant();
        let grant = NewGrant {
            access_token: Secret::new(grant.access_token),
            refresh_token: Secret::new(grant.refresh_token),
            expires_in: Duration::from_secs(grant.expires_in_seconds),
        };
        let id = (agency, ConnectionId::new(Uuid::new_v4()));
        store::connect(&platform, &connections.keys, id, &grant, now).await?;
        Ok(Self {
            platform: Stopwatch::new(platform),
            settings: SyncSettings {
                connections,
                step_budget: Duration::from_mins(10),
                rows_per_write,
                hints_at_once: tidemark_sync::HINTS_AT_ONCE,
            },
            _simulator: simulator,
        })
    }

    /// Steps until nothing is left; the last report with all rows and calls, and the time.
    pub async fn sync(&self) -> Result<(StepReport, Duration)> {
        let began = Instant::now();
        let (mut rows, mut api_calls) = (RowCounts::default(), 0);
        loop {
            let report = self.step().await?;
            rows.add(report.rows);
            api_calls += report.api_calls;
            match report.outcome {
                Outcome::More => {}
                Outcome::Done => {
                    let total = StepReport {
                        rows,
                        api_calls,
                        ..report
                    };
                    return Ok((total, began.elapsed()));
                }
                _ => bail!(
                    "the sync ended as {:?}: {:?}",
                    report.outcome,
                    report.problems
                ),
            }
        }
    }

    /// A step right after a sync.
    pub async fn idle_step(&self) -> Result<(StepReport, Duration)> {
        let began = Instant::now();
        let report = self.step().await?;
        Ok((report, began.elapsed()))
    }

    async fn step(&self) -> Result<StepReport> {
        let request = StepRequest::default();
        Ok(tidemark_sync::step(&self.platform, &self.settings, &request).await?)
    }
}
