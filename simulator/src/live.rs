//! Sales that keep arriving after the start, and fans who come and go with them.
//!
//! They are due at seeded instants and booked by whoever looks next, so the ledger after an
//! instant is the same however often and whenever it was looked at. A clock that leaps a day
//! forward finds the sales of that day.

use std::time::Duration;

use crate::clock::Micros;
use crate::config::SimulatorConfig;
use crate::generate::{sale_weight, sales};
use crate::randomness::{Randomness, Stream};
use crate::world::World;

/// Shortest mean time between two sales.
const SHORTEST_GAP: Duration = Duration::from_millis(1);
/// A gap lasts between half and one and a half of the mean, in per cent.
const SHORTEST_PERCENT: i64 = 50;
const LONGEST_PERCENT: i64 = 150;
/// How often a sale comes with a subscriber who leaves, and with a new or lost follower.
const ENDS_PER_MILLE: u32 = 100;
const NEW_FOLLOWERS_PER_MILLE: u32 = 300;
const LOST_FOLLOWERS_PER_MILLE: u32 = 100;

#[derive(Debug)]
pub(crate) struct LiveSales {
    mean_gap_micros: i64,
    next_at: Micros,
    randomness: Randomness,
    weights: Vec<u32>,
}

impl LiveSales {
    /// The sales to come after `start`; none without a creator.
    pub(crate) fn new(config: &SimulatorConfig, start: Micros) -> Option<Self> {
        let mean_gap = config.live_sales?.max(SHORTEST_GAP);
        if config.models == 0 {
            return None;
        }
        let mut live = Self {
            mean_gap_micros: i64::try_from(mean_gap.as_micros()).unwrap_or(i64::MAX / 200),
            next_at: start,
            randomness: Randomness::new(config.seed, Stream::Live),
            weights: (0..config.models as usize).map(sale_weight).collect(),
        };
        live.schedule_next();
        Some(live)
    }

    fn schedule_next(&mut self) {
        let percent = self.randomness.between(SHORTEST_PERCENT, LONGEST_PERCENT);
        let gap = self.mean_gap_micros / 100 * percent;
        self.next_at = Micros(self.next_at.0.saturating_add(gap.max(1)));
    }
}

impl World {
    /// Books every live sale that is due at `now`. [`World::respond`] does so by itself.
    pub fn advance(&mut self, now: Micros) {
        let Some(mut live) = self.live.take() else {
            return;
        };
        while live.next_at <= now {
            self.book_live_sale(&mut live);
            live.schedule_next();
        }
        self.live = Some(live);
    }

    fn book_live_sale(&mut self, live: &mut LiveSales) {
        let at = live.next_at.whole_milliseconds();
        let randomness = &mut live.randomness;
        let account = &mut self.accounts[randomness.weighted(&live.weights)];
        let row = sales::draw(account, &self.fans, at, self.numbers.next(), randomness);
        account.record(row);
        account.notify(row.source);
        if randomness.chance(ENDS_PER_MILLE) {
            account.audience.end_one(at.day(), randomness);
        }
        if randomness.chance(NEW_FOLLOWERS_PER_MILLE) {
            account.audience.followers += 1;
            account.notifications.followers += 1;
        }
        if randomness.chance(LOST_FOLLOWERS_PER_MILLE) {
            account.audience.followers = account.audience.followers.saturating_sub(1);
        }
    }
}
