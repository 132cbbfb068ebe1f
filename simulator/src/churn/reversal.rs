//! Live events that take sales back, also before they arrive.

use std::collections::HashSet;
use std::time::Duration;

use super::purchase::any_sale;
use super::{Changes, DAY, Step, between, pick_from};
use crate::clock::Micros;
use crate::ledger::{Row, RowKey, Window};
use crate::ledger_row::LedgerRow;
use crate::source::Source;
use crate::world::World;

const LONGEST_DELAY: Duration = Duration::from_hours(120 * 24);
/// Age of the sale that an early reversal takes back, at the most.
const LONGEST_WAIT: Duration = Duration::from_hours(30 * 24);
const CHARGEBACKS_PER_MILLE: u32 = 250;
const WITHOUT_ID_PER_MILLE: u32 = 300;

impl World {
    pub(super) fn take_back(&mut self, step: &mut Step, in_part: bool) -> Option<Changes> {
        let sale = self.pick_reversible(step)?;
        let row = self.book_reversal(&sale, in_part, step);
        Some(Changes::one(row))
    }

    /// Takes back a sale that arrives with a later event.
    pub(super) fn take_back_early(&mut self, step: &mut Step) -> Option<Changes> {
        let age = between(DAY, LONGEST_WAIT, &mut step.randomness);
        let mut sale = any_sale(step);
        sale.occurred_at = Some(step.now.minus(age));
        let original = self.complete(step.position, &sale, step.now).ok()?;
        self.awaited.push((step.position, original));
        let row = self.book_reversal(&original, false, step);
        Some(Changes::one(row))
    }

    /// The oldest awaited sale of the creator arrives.
    pub(super) fn deliver_original(&mut self, step: &mut Step) -> Option<Changes> {
        let mut positions = self.awaited.iter().map(|(position, _)| *position);
        let found = positions.position(|position| position == step.position)?;
        let (position, original) = self.awaited.remove(found);
        Some(Changes::one(self.book(position, original)))
    }

    fn book_reversal(&mut self, sale: &Row, in_part: bool, step: &mut Step) -> LedgerRow {
        let randomness = &mut step.randomness;
        let source = if randomness.chance(CHARGEBACKS_PER_MILLE) {
            Source::Chargeback
        } else {
            Source::Refund
        };
        let has_order_id = !randomness.chance(WITHOUT_ID_PER_MILLE);
        let share = if in_part { randomness.between(2, 4) } else { 1 };
        let number = self.numbers.next();
        let reversal = Row {
            key: RowKey {
                occurred_at: step.now.whole_milliseconds(),
                sequence: number,
            },
            order_number: number,
            has_order_id,
            source,
            gross_cents: -sale.gross_cents / share,
            net_cents: -sale.net_cents / share,
            total_cents: -sale.total_cents / share,
            reverses: Some(sale.order_number),
            ..*sale
        };
        self.book(step.position, reversal)
    }

    /// A sale of the last 120 days that a fan paid for and nothing took back so far.
    fn pick_reversible(&self, step: &mut Step) -> Option<Row> {
        let ledger = &self.accounts[step.position].ledger;
        let window = Window {
            start: step.now.minus(LONGEST_DELAY),
            end: Micros(step.now.0.saturating_add(1)),
        };
        let reversed: HashSet<u64> = ledger
            .reversals(window)
            .iter()
            .filter_map(|row| row.reverses)
            .collect();
        let sales: Vec<&Row> = ledger.sales(window).iter().collect();
        pick_from(&sales, &mut step.randomness, |sale| {
            let is_paid = sale.fan.is_some() && sale.gross_cents >= 100;
            is_paid && !reversed.contains(&sale.order_number)
        })
    }
}
