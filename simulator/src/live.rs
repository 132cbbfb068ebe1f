//! Sales that keep arriving after the start, fans who come and go with them, and what else happens
//! to rows by itself.
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
            mean_gap_micros: micros_of_gap(mean_gap),
            next_at: start,
            randomness: Randomness::new(config.seed, Stream::Live),
            weights: (0..config.models as usize).map(sale_weight).collect(),
        };
        live.schedule_next();
        Some(live)
    }

    fn schedule_next(&mut self) {
        self.next_at = after_gap(self.next_at, self.mean_gap_micros, &mut self.randomness);
    }
}

/// The timetable of live events; each is a step of [`World::churn`].
#[derive(Debug)]
pub(crate) struct LiveEvents {
    mean_gap_micros: i64,
    next_at: Micros,
    next_step: u64,
    randomness: Randomness,
}

impl LiveEvents {
    /// The events to come after `start`; none without a creator.
    pub(crate) fn new(config: &SimulatorConfig, start: Micros) -> Option<Self> {
        let mean_gap = config.hazards.live_event_gap?.max(SHORTEST_GAP);
        if config.models == 0 {
            return None;
        }
        let mut events = Self {
            mean_gap_micros: micros_of_gap(mean_gap),
            next_at: start,
            next_step: 0,
            randomness: Randomness::new(config.seed, Stream::LiveEvents),
        };
        events.schedule_next();
        Some(events)
    }

    fn schedule_next(&mut self) {
        self.next_at = after_gap(self.next_at, self.mean_gap_micros, &mut self.randomness);
        self.next_step += 1;
    }
}

fn micros_of_gap(gap: Duration) -> i64 {
    i64::try_from(gap.as_micros()).unwrap_or(i64::MAX / 200)
}

fn after_gap(instant: Micros, mean_gap_micros: i64, randomness: &mut Randomness) -> Micros {
    let percent = randomness.between(SHORTEST_PERCENT, LONGEST_PERCENT);
    let gap = mean_gap_micros / 100 * percent;
    Micros(instant.0.saturating_add(gap.max(1)))
}

impl World {
    /// Books every live sale and event that is due at `now`, in the order they are due.
    /// [`World::respond`] does so by itself.
    pub fn advance(&mut self, now: Micros) {
        let now = self.server_time(now);
        loop {
            let sale_at = self.live.as_ref().map(|live| live.next_at);
            let event_at = self.live_events.as_ref().map(|events| events.next_at);
            let due = [sale_at, event_at].into_iter().flatten().min();
            let Some(due) = due.filter(|due| *due <= now) else {
                return;
            };
            if sale_at == Some(due) {
                self.book_next_sale();
            } else {
                self.book_next_event();
            }
            if due == Micros(i64::MAX) {
                return;
            }
        }
    }

    fn book_next_sale(&mut self) {
        if let Some(mut live) = self.live.take() {
            self.book_live_sale(&mut live);
            live.schedule_next();
            self.live = Some(live);
        }
    }

    fn book_next_event(&mut self) {
        if let Some(mut events) = self.live_events.take() {
            self.churn_at(events.next_step, events.next_at.whole_milliseconds());
            events.schedule_next();
            self.live_events = Some(events);
        }
    }

    fn book_live_sale(&mut self, live: &mut LiveSales) {
        let at = live.next_at.whole_milliseconds();
        let randomness = &mut live.randomness;
        let position = randomness.weighted(&live.weights);
        let account = &mut self.accounts[position];
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
        self.announce(position, &row);
    }
}
