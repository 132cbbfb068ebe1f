//! A laboratory: one world whose troubles are scripted, for tests that tell one story each.
//!
//! The [`Lab`] is the platform of the sync: its clock stands still until a test or a wait moves it,
//! Fanvue is the simulator in the same process, and the database is a real one. Where a
//! [scenario][crate::Scenario] leaves everything to chance, here nothing happens unless it is asked
//! for:
//!
//! - [`LabBuilder`]: what the world is like
//! - [`Troubles`]: what goes wrong between the sync, the database and Fanvue
//! - [`Lab::fanvue`]: what happens at Fanvue

mod builder;
mod looking;
mod platform;
mod stepping;
mod troubles;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use tidemark_connections::store;
use tidemark_domain::{AgencyId, ConnectionId, Instant};
use tidemark_ports::Sql;
use tidemark_simulator::{Micros, Shape, World};
use tidemark_sync::SyncSettings;
use uuid::Uuid;

pub use builder::LabBuilder;
pub use stepping::Synced;
pub use troubles::{Moment, Troubles};

use crate::fanvue;
use crate::verdict::View;

/// A scripted world around the sync.
pub struct Lab<'s, S> {
    sql: &'s S,
    world: RefCell<World>,
    clock: Cell<Instant>,
    /// how far the host's clock is ahead of the true one, microseconds
    ahead: Cell<i64>,
    latency: Duration,
    settings: SyncSettings,
    own_account: bool,
    shape: Cell<Shape>,
    shapes: RefCell<BTreeMap<Uuid, Shape>>,
    /// the tenant
    pub agency: AgencyId,
    /// its grant
    pub connection: ConnectionId,
    /// what goes wrong
    pub troubles: Troubles,
}

impl<S: Sql> Lab<'_, S> {
    /// A world with that many models, to be described further.
    pub fn with_models(models: u32) -> LabBuilder {
        LabBuilder::new(models)
    }

    /// Works on Fanvue's world at the present instant.
    pub fn fanvue<T>(&self, work: impl FnOnce(&mut World, Micros) -> T) -> T {
        let now = Micros(self.clock.get().micros());
        work(&mut self.world.borrow_mut(), now)
    }

    /// The first model.
    pub fn model(&self) -> Uuid {
        self.models()[0]
    }

    /// All models that the grant shows.
    pub fn models(&self) -> Vec<Uuid> {
        let visible = if self.own_account { 1 } else { usize::MAX };
        let models = self.world.borrow().models().into_iter();
        models.map(|model| model.id).take(visible).collect()
    }

    /// The true time.
    pub fn true_now(&self) -> Instant {
        self.clock.get()
    }

    /// Lets time pass.
    pub fn pass(&self, span: Duration) {
        self.clock.set(self.clock.get().plus(span));
    }

    /// Sets how far the host's clock is ahead of the true one, in seconds; negative when behind.
    pub fn set_clock_ahead(&self, seconds: i64) {
        self.ahead.set(seconds * 1_000_000);
    }

    /// From now on Fanvue serves rows of another shape.
    pub fn set_shape(&self, shape: Shape) {
        fanvue::set_shape(&mut self.world.borrow_mut(), shape);
        self.shape.set(shape);
    }

    /// From now on Fanvue serves one model's rows in another shape.
    pub fn set_shape_of(&self, model: Uuid, shape: Shape) {
        let set = self.fanvue(|world, _| world.set_model_shape(model, Some(shape)));
        set.expect("one of its models");
        self.shapes.borrow_mut().insert(model, shape);
    }

    /// Gives the connection a new grant, as a person does who connects the account again.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn reconnect(&self) {
        let now = self.clock.get();
        let grant = fanvue::new_grant(&mut self.world.borrow_mut(), self.own_account, now);
        let id = (self.agency, self.connection);
        let keys = &self.settings.connections.keys;
        let reconnected = store::reconnect(self.sql, keys, id, &grant, now).await;
        reconnected.expect("a new grant");
    }

    fn view(&self, model: Uuid) -> View {
        let own = self.shapes.borrow().get(&model).copied();
        View {
            agency: self.agency,
            shape: own.unwrap_or(self.shape.get()),
            own_account: self.own_account,
            now: self.clock.get(),
        }
    }
}
