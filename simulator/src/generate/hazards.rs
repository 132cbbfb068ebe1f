//! Makes generated rows awkward, with chance of its own, so that a world without hazards is the
//! same world whatever hazards there are.

use crate::clock::Micros;
use crate::generate::sales;
use crate::hazards::Hazards;
use crate::ledger::{Row, RowKey, Sold};
use crate::randomness::Randomness;
use crate::source::Source;

/// The word of a source that no contract names.
pub(crate) const UNKNOWN_SOURCE: &str = "hologram";
/// What a further row of an order costs more than the one before, in US cents.
const LEAST_DIFFERENCE: i64 = 100;
const GREATEST_DIFFERENCE: i64 = 1_000;

/// The hazards of one creator's history.
#[derive(Debug)]
pub(super) struct Mishaps<'config> {
    pub(super) hazards: &'config Hazards,
    pub(super) randomness: Randomness,
}

impl Mishaps<'_> {
    /// Moves sales to the instant of the sale before.
    pub(super) fn crowd(&mut self, instants: &mut [Micros]) {
        for position in 1..instants.len() {
            if self.randomness.chance(self.hazards.crowded_instants) {
                instants[position] = instants[position - 1];
            }
        }
    }

    /// The sale as it is booked after the one before.
    pub(super) fn befall_sale(&mut self, sale: Row, before: Option<&Row>) -> Row {
        if let Some(before) = before {
            if self.randomness.chance(self.hazards.multi_line_orders) && before.has_order_id {
                return self.further_line(&sale, before);
            }
            if self.randomness.chance(self.hazards.equal_sales) {
                return repeated(&sale, before);
            }
        }
        let mut row = sale;
        if row.source.is_reward() {
            row.has_order_id = !self.randomness.chance(self.hazards.rewards_without_id);
        }
        // Subscriptions keep fan and source, because the head-count is the sum of them.
        if !matches!(row.source, Source::Subscription | Source::Renewal) {
            if self.randomness.chance(self.hazards.unknown_sources) {
                row.source = unknown_source();
                row.sold = Sold::Unnamed;
                row.post = None;
            }
            if self.randomness.chance(self.hazards.null_users) {
                row.fan = None;
                row.currency = None;
                row.total_cents = row.gross_cents;
            }
        }
        row
    }

    /// The reversal as it is booked.
    pub(super) fn befall_reversal(&mut self, reversal: Row) -> Row {
        let mut row = reversal;
        row.has_order_id = !self.randomness.chance(self.hazards.refunds_without_id);
        if self.randomness.chance(self.hazards.partial_reversals) {
            row.gross_cents /= 2;
            row.net_cents /= 2;
            row.total_cents /= 2;
        }
        row
    }

    fn further_line(&mut self, sale: &Row, before: &Row) -> Row {
        let difference = self
            .randomness
            .between(LEAST_DIFFERENCE, GREATEST_DIFFERENCE);
        let gross_cents = before.gross_cents + difference;
        Row {
            key: key_beside(sale, before),
            gross_cents,
            net_cents: sales::net_of(gross_cents, &mut self.randomness),
            total_cents: sales::total_of(gross_cents, before.currency),
            ..*before
        }
    }
}

/// The source no contract names.
pub(crate) fn unknown_source() -> Source {
    Source::parse(UNKNOWN_SOURCE).expect("invariant: the word is short enough")
}

fn repeated(sale: &Row, before: &Row) -> Row {
    Row {
        key: key_beside(sale, before),
        order_number: sale.order_number,
        ..*before
    }
}

fn key_beside(sale: &Row, before: &Row) -> RowKey {
    RowKey {
        occurred_at: before.key.occurred_at,
        sequence: sale.key.sequence,
    }
}
