//! What a laboratory's world is like.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use tidemark_connections::store;
use tidemark_domain::{AgencyId, ConnectionId, Zone};
use tidemark_ports::Sql;
use tidemark_simulator::{Micros, Shape, SimulatorConfig, World};
use tidemark_tenancy::agency;
use uuid::Uuid;

use super::{Lab, Troubles};
use crate::{EPOCH, fanvue};

/// A world to be. What is not said is as simple as can be: no rows, no limits, no troubles, an
/// agency's grant, rows of the newest shape.
#[derive(Clone, Debug)]
pub struct LabBuilder {
    fanvue: SimulatorConfig,
    shape: Shape,
    own_account: bool,
    latency: Duration,
}

impl LabBuilder {
    pub(super) fn new(models: u32) -> Self {
        Self {
            fanvue: SimulatorConfig::default()
                .with_models(models)
                .with_transactions(0)
                .with_rate_limit(0)
                .with_epoch(Micros(EPOCH.micros())),
            shape: Shape::V1,
            own_account: false,
            latency: Duration::from_millis(10),
        }
    }

    /// Sets the number of ledger rows over all models.
    #[must_use]
    pub fn transactions(mut self, rows: u32) -> Self {
        self.fanvue = self.fanvue.with_transactions(rows);
        self
    }

    /// Sets the shape of the rows that Fanvue serves.
    #[must_use]
    pub fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// Connects the first creator's own account instead of the agency.
    #[must_use]
    pub fn own_account(mut self) -> Self {
        self.own_account = true;
        self
    }

    /// Changes how Fanvue behaves.
    #[must_use]
    pub fn fanvue(mut self, change: impl FnOnce(SimulatorConfig) -> SimulatorConfig) -> Self {
        self.fanvue = change(self.fanvue);
        self
    }

    /// Lets every answer take so long. With more than a second, pages are stored one by one.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Brings the world to life on a database, in an agency of its own.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn on<S: Sql>(self, sql: &S) -> Lab<'_, S> {
        let mut world = World::new(&self.fanvue, Micros(EPOCH.micros()));
        fanvue::set_shape(&mut world, self.shape);
        let settings = fanvue::sync_settings(self.fanvue.client.clone());
        let grant = fanvue::new_grant(&mut world, self.own_account, EPOCH);
        let agency = AgencyId::new(Uuid::new_v4());
        let connection = ConnectionId::new(Uuid::new_v4());
        let created = agency::create(sql, agency, "Laboratory", &Zone::utc(), EPOCH).await;
        created.expect("an agency");
        let id = (agency, connection);
        let keys = &settings.connections.keys;
        let connected = store::connect(sql, keys, id, &grant, EPOCH).await;
        connected.expect("a connection");
        Lab {
            sql,
            world: RefCell::new(world),
            clock: Cell::new(EPOCH),
            ahead: Cell::new(0),
            latency: self.latency,
            settings,
            own_account: self.own_account,
            shape: Cell::new(self.shape),
            shapes: RefCell::new(BTreeMap::new()),
            agency,
            connection,
            troubles: Troubles::default(),
        }
    }
}
