//! Random live events: what happens to the rows of a running world, one step at a time.

mod event;
mod purchase;
mod reversal;

use std::time::Duration;

use crate::clock::Micros;
use crate::ledger::{Row, Window};
use crate::ledger_row::LedgerRow;
use crate::randomness::{Randomness, Stream};
use crate::world::World;

pub use event::{ChurnEvent, ChurnKind};

const DAY: Duration = Duration::from_hours(24);
/// How far back a row may change or vanish.
const LONGEST_CHANGE: Duration = Duration::from_hours(30 * 24);

/// One step: the creator it befalls, Fanvue's now, and chance of its own.
struct Step {
    position: usize,
    now: Micros,
    randomness: Randomness,
}

/// What a step did, as far as it could be done.
struct Changes {
    added: Vec<LedgerRow>,
    removed: Vec<LedgerRow>,
}

impl Changes {
    fn added(rows: Vec<LedgerRow>) -> Self {
        Self {
            added: rows,
            removed: Vec::new(),
        }
    }

    fn one(row: LedgerRow) -> Self {
        Self::added(vec![row])
    }
}

impl World {
    /// Lets one random event happen to one creator's rows and answers what it did; `None` only in a
    /// world without creators. The same world, step and instant give the same event; steps count
    /// events and need not be in order.
    pub fn churn(&mut self, step: u64, now: Micros) -> Option<ChurnEvent> {
        self.advance(now);
        self.churn_at(step, self.server_time(now))
    }

    /// [`World::churn`] at an instant of Fanvue's clock.
    pub(crate) fn churn_at(&mut self, step: u64, now: Micros) -> Option<ChurnEvent> {
        let mut randomness = Randomness::new(self.seed, Stream::Churn(step));
        let creators = self.creators().count();
        if creators == 0 {
            return None;
        }
        let position = randomness.position(creators);
        let wanted = ChurnKind::draw(&mut randomness);
        let mut step = Step {
            position,
            now,
            randomness,
        };
        let (kind, changes) = match self.do_step(wanted, &mut step) {
            Some(changes) => (wanted, changes),
            // There was no row to do it to: a sale can always happen.
            None => (ChurnKind::Sale, self.sell(ChurnKind::Sale, &mut step)?),
        };
        Some(ChurnEvent {
            kind,
            model: self.accounts[position].profile.uuid,
            added: changes.added,
            removed: changes.removed,
        })
    }

    fn do_step(&mut self, kind: ChurnKind, step: &mut Step) -> Option<Changes> {
        match kind {
            ChurnKind::Sale
            | ChurnKind::LateSale
            | ChurnKind::FutureSale
            | ChurnKind::UnknownSource
            | ChurnKind::NullUser
            | ChurnKind::FreeTrial
            | ChurnKind::RewardWithoutId => self.sell(kind, step),
            ChurnKind::EqualSales => self.sell_equally(step),
            ChurnKind::MultiLineOrder => self.sell_in_lines(step),
            ChurnKind::Reversal => self.take_back(step, false),
            ChurnKind::PartialReversal => self.take_back(step, true),
            ChurnKind::EarlyReversal => self.take_back_early(step),
            ChurnKind::Original => self.deliver_original(step),
            ChurnKind::Vanished => self.withdraw_one(step),
            ChurnKind::Amended => self.amend_one(step),
        }
    }

    fn withdraw_one(&mut self, step: &mut Step) -> Option<Changes> {
        let row = self.pick_recent(step, |row| !row.is_subscription())?;
        let account = &mut self.accounts[step.position];
        account.withdraw(&row);
        Some(Changes {
            added: Vec::new(),
            removed: vec![account.ledger_row(&row, &self.fans, self.identifiers)],
        })
    }

    /// Raises the amount above that of every other row of the order, so that its rows stay
    /// different from each other.
    fn amend_one(&mut self, step: &mut Step) -> Option<Changes> {
        let row = self.pick_recent(step, |row| {
            row.has_order_id && row.gross_cents > 0 && !row.source.is_reversal()
        })?;
        let account = &mut self.accounts[step.position];
        let highest = account.ledger.highest_of_order(row.order_number)?;
        let gross_cents = highest + step.randomness.between(50, 500);
        let amended = Row {
            gross_cents,
            net_cents: row.net_cents * gross_cents / row.gross_cents,
            total_cents: crate::generate::sales::total_of(gross_cents, row.currency),
            ..row
        };
        account.replace(&row, amended);
        let seen = |row: &Row| account.ledger_row(row, &self.fans, self.identifiers);
        Some(Changes {
            added: vec![seen(&amended)],
            removed: vec![seen(&row)],
        })
    }

    /// A row of the last thirty days, from a random place on.
    fn pick_recent(&self, step: &mut Step, is_meant: impl Fn(&Row) -> bool) -> Option<Row> {
        let window = Window {
            start: step.now.minus(LONGEST_CHANGE),
            end: Micros(step.now.0.saturating_add(1)),
        };
        let ledger = &self.accounts[step.position].ledger;
        let rows: Vec<&Row> = ledger
            .sales(window)
            .iter()
            .chain(ledger.reversals(window))
            .collect();
        pick_from(&rows, &mut step.randomness, is_meant)
    }
}

/// The first row that is meant, from a random place on and round.
fn pick_from(
    rows: &[&Row],
    randomness: &mut Randomness,
    is_meant: impl Fn(&Row) -> bool,
) -> Option<Row> {
    if rows.is_empty() {
        return None;
    }
    let (before, after) = rows.split_at(randomness.position(rows.len()));
    let mut round = after.iter().chain(before);
    round.find(|row| is_meant(row)).map(|row| **row)
}

/// A duration in whole milliseconds between two others.
fn between(shortest: Duration, longest: Duration, randomness: &mut Randomness) -> Duration {
    let milliseconds = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let drawn = randomness.between(milliseconds(shortest), milliseconds(longest));
    Duration::from_millis(drawn.unsigned_abs())
}
