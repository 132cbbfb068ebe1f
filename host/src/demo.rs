//! Demo mode: the simulator in this process and an agency that is connected to it.
//!
//! The demo's world is a function of its seed and its beginning, both kept in the data directory:
//! after a restart the simulator tells the same history, and the sales that came due meanwhile.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tidemark_connections::store::{self, NewGrant};
use tidemark_domain::{AgencyId, ConnectionId, Secret, Zone};
use tidemark_native::NativePlatform;
use tidemark_ports::{Clock as _, Sql as _};
use tidemark_sealing::KeyRing;
use tidemark_simulator::{Micros, Simulator, SimulatorConfig};
use tidemark_tenancy::{Role, agency, token};
use uuid::Uuid;

use crate::project::DataDir;

/// Where the data directory keeps the demo's identity.
const NOTE: &str = "demo.json";

const SEED: u64 = 1;
const TRANSACTIONS: u32 = 3_500;
/// What the demo's agency is called.
pub const AGENCY_NAME: &str = "Demo agency";
const AGENCY_ZONE: &str = "Europe/Berlin";

/// The mean time between two new sales: seldom enough for the rate limit to bear the 48 hours
/// that every sync reads again, often enough for a person to see the page move.
const MEAN_GAP: Duration = Duration::from_secs(90);

/// What makes a demo the same demo after a restart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DemoNote {
    seed: u64,
    began_at_micros: i64,
    agency_id: AgencyId,
    connection_id: ConnectionId,
    api_token: Option<String>,
}

/// A running demo.
pub struct Demo {
    simulator: Simulator,
    note: DemoNote,
}

impl Demo {
    /// Starts the simulator on a free port of this machine.
    pub async fn start(data_dir: &DataDir, now_micros: i64) -> Result<Self> {
        let note = data_dir
            .note::<DemoNote>(NOTE)?
            .unwrap_or_else(|| DemoNote {
                seed: SEED,
                began_at_micros: now_micros,
                agency_id: AgencyId::new(Uuid::new_v4()),
                connection_id: ConnectionId::new(Uuid::new_v4()),
                api_token: None,
            });
        let config = SimulatorConfig::default()
            .with_seed(note.seed)
            .with_transactions(TRANSACTIONS)
            .with_epoch(Micros(note.began_at_micros))
            .with_live_sales(MEAN_GAP);
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Ok(Self {
            simulator: Simulator::start(config, listen).await?,
            note,
        })
    }

    /// The variables that lead the components to the simulator.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let (url, client) = (self.simulator.base_url(), self.simulator.client());
        [
            ("fanvue_api_url", url.clone()),
            ("fanvue_auth_url", url),
            ("fanvue_client_id", client.id),
            ("fanvue_client_secret", client.secret),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// The demo agency.
    pub fn agency(&self) -> AgencyId {
        self.note.agency_id
    }

    /// Sees to it that the demo agency exists and holds a grant of this run's simulator; returns
    /// the token that signs a browser in.
    pub async fn settle(
        &mut self,
        platform: &NativePlatform,
        keys: &KeyRing,
        data_dir: &DataDir,
    ) -> Result<Secret> {
        let now = platform.now();
        let id = (self.note.agency_id, self.note.connection_id);
        let grant = self.simulator.agency_grant();
        let grant = NewGrant {
            access_token: Secret::new(grant.access_token),
            refresh_token: Secret::new(grant.refresh_token),
            expires_in: Duration::from_secs(grant.expires_in_seconds),
        };
        if agency::exists(platform, id.0).await? {
            store::reconnect(platform, keys, id, &grant, now).await?;
        } else {
            agency::create(platform, id.0, AGENCY_NAME, &Zone::parse(AGENCY_ZONE)?, now).await?;
            store::connect(platform, keys, id, &grant, now).await?;
            self.note.api_token = None;
        }
        let kept = self.note.api_token.clone().map(Secret::new);
        if let Some(api_token) = kept
            && token::authenticate(platform, api_token.expose())
                .await?
                .is_some()
        {
            return Ok(api_token);
        }
        let api_token = token::create(platform, id.0, Role::Owner, now).await?;
        self.note.api_token = Some(api_token.expose().to_owned());
        data_dir.keep_note(NOTE, &self.note)?;
        Ok(api_token)
    }

    /// Gives the demo agency a team with plans around today, and lets it work up to now; a repetition
    /// adds what came due since. The models must be there.
    pub async fn run_team(&self, platform: &NativePlatform) -> Result<()> {
        let parameters = [self.note.agency_id.into(), platform.now().into()];
        for statement in [
            include_str!("demo/plan_team.sql"),
            include_str!("demo/work_team.sql"),
        ] {
            platform.query(statement, &parameters).await?;
        }
        Ok(())
    }

    /// Whether the demo's ledger was ever read to its end.
    pub async fn was_synced(&self, platform: &NativePlatform) -> Result<bool> {
        let statement = "select count(*) > 0 and bool_and(proven_since <= '2018-01-01Z') \
                         from sync_state where agency_id = $1 and stream = 'transactions'";
        let rows = platform
            .query(statement, &[self.note.agency_id.into()])
            .await?;
        Ok(tidemark_ports::sql::only_row(rows)?.get::<Option<bool>>(0)? == Some(true))
    }

    /// Stops the simulator.
    pub async fn stop(self) {
        self.simulator.stop().await;
    }
}
