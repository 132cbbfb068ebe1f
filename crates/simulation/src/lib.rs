//! Deterministic simulation of the sync: its real code and a real database, in a world where time,
//! Fanvue, the network and the fate of every process come from one seed.
//!
//! A [`Scenario`] is drawn from the seed. [`run`] plays it: several workers take steps at the same
//! time, and between any two of their operations the world may change, an operation may fail before
//! or after it took effect, or a worker may die. Then the world grows calm, and after a few ordinary
//! days the ledger must hold Fanvue's rows, each once.
//!
//! - [`scenario`]: what a seed decides
//! - [`door`]: the platform of a worker: every operation waits for the stage
//! - [`stage`]: chooses who goes on, and how
//! - [`fanvue`]: the simulator behind the HTTP port
//! - [`verdict`]: the ledger against the truth
//! - [`lab`]: a world without chance, for tests that tell one story each

pub mod door;
pub mod fanvue;
pub mod lab;
pub mod scenario;
pub mod stage;
pub mod verdict;

pub use lab::Lab;
pub use scenario::Scenario;
pub use verdict::Difference;

use tidemark_domain::Instant;
use tidemark_ports::{Sql, SqlError};

use crate::stage::Stage;

/// What a seed came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// operations of all workers
    pub operations: u64,
    /// workers that died
    pub kills: u64,
    /// operations that failed although the worker lived
    pub faults: u64,
    /// events in Fanvue's world
    pub events: u64,
    /// rows in the ledger at the end
    pub rows: u64,
    /// grants that had to be given again, because a refresh was lost with its process
    pub reconnects: u64,
}

impl Outcome {
    /// Adds another seed's counts.
    pub fn add(&mut self, other: Self) {
        self.operations += other.operations;
        self.kills += other.kills;
        self.faults += other.faults;
        self.events += other.events;
        self.rows += other.rows;
        self.reconnects += other.reconnects;
    }
}

/// How a seed failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The ledger differs from the truth.
    #[error("the ledger differs from Fanvue: {0}")]
    Ledger(Difference),
    /// The sync does not come to rest.
    #[error("the sync does not come to rest: {0}")]
    Restless(String),
    /// The database itself failed.
    #[error(transparent)]
    Database(#[from] SqlError),
}

/// Plays a seed on a migrated database, in an agency of its own.
///
/// # Errors
/// [`Failure`]; the same seed fails again.
pub async fn run(sql: &impl Sql, seed: u64) -> Result<Outcome, Failure> {
    let scenario = Scenario::of(seed);
    let mut stage = Stage::set(sql, scenario).await?;
    stage.play_chaos().await?;
    stage.calm_down();
    // Today's rows; then what a nightly pass finds, what its comparison repairs, and a weekly pass.
    for days in [0, 1, 1, 7] {
        stage.pass_days(days);
        stage.play_to_rest().await?;
    }
    let rows = verdict::check(sql, &stage.fanvue, stage.view()).await?;
    Ok(Outcome {
        rows,
        ..stage.outcome()
    })
}

/// Every simulated world begins here.
pub const EPOCH: Instant = Instant::from_micros(1_790_000_000_000_000);
