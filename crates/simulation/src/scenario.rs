//! What a seed decides before anything happens.

use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tidemark_simulator::{FaultProfile, Hazards, Micros, Shape, SimulatorConfig};

use crate::EPOCH;

/// The world and the troubles of one seed.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// the seed
    pub seed: u64,
    /// Fanvue
    pub fanvue: SimulatorConfig,
    /// what goes wrong at Fanvue while there is chaos
    pub faults: FaultProfile,
    /// which rows Fanvue sends at the beginning, and from the middle of the chaos on
    pub shapes: (Shape, Shape),
    /// whether a creator's own grant is used, and not the agency's
    pub own_account: bool,
    /// workers at the same time
    pub workers: usize,
    /// steps before it grows calm
    pub steps: u32,
    /// per mille of operations at which their worker dies
    pub kills: u32,
    /// per mille of statements that fail
    pub database_faults: u32,
    /// per mille of operations before which something happens at Fanvue
    pub events: u32,
    /// how far the workers' clocks may be off
    pub skew: Duration,
}

impl Scenario {
    /// The scenario of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let faults = FaultProfile::ALL[random.random_range(0..FaultProfile::ALL.len())];
        let shapes = match random.random_range(0..10) {
            0 => (Shape::Feb2026, Shape::Feb2026),
            1 => (Shape::Unversioned, Shape::Unversioned),
            2 => (Shape::Feb2026, Shape::Unversioned),
            3 => (Shape::Feb2026, Shape::V1),
            4 => (Shape::Unversioned, Shape::V1),
            _ => (Shape::V1, Shape::V1),
        };
        let awkward = faults.hazards() != Hazards::none() || random.random_bool(0.5);
        let hazards = Hazards {
            crowded_instants: if random.random_bool(0.2) { 900 } else { 100 },
            ..if awkward {
                Hazards::moderate()
            } else {
                Hazards::none()
            }
        };
        let own_account = random.random_bool(0.3);
        let limit = [0, 100, 200][random.random_range(0..3)];
        let fanvue = SimulatorConfig::default()
            .with_seed(seed)
            .with_models(random.random_range(1..=2))
            .with_transactions(random.random_range(0..260))
            .with_rate_limit(limit)
            .with_epoch(Micros(EPOCH.micros()))
            .with_hazards(hazards)
            .with_summary_cache(random.random_bool(0.5));
        let troubled = random.random_bool(0.8);
        Self {
            seed,
            fanvue,
            faults,
            shapes,
            own_account,
            workers: random.random_range(1..=3),
            steps: random.random_range(3..=8),
            kills: if troubled {
                random.random_range(0..80)
            } else {
                0
            },
            database_faults: if troubled {
                random.random_range(0..40)
            } else {
                0
            },
            events: random.random_range(0..60),
            skew: Duration::from_secs(if random.random_bool(0.3) { 600 } else { 0 }),
        }
    }
}
