//! Live events that add sales.

use std::time::Duration;

use super::{Changes, ChurnKind, DAY, Step, between};
use crate::append::NewSale;
use crate::generate::hazards::unknown_source;
use crate::generate::sales;
use crate::ledger::{Row, RowKey};
use crate::source::Source;
use crate::world::World;

/// What is sold; no subscriptions, whose dates the head-count depends on.
const SOURCES: [Source; 6] = [
    Source::Message,
    Source::Message,
    Source::Tip,
    Source::Post,
    Source::MediaLink,
    Source::CheckoutLink,
];
const REWARDS: [Source; 3] = [Source::Referral, Source::Affiliate, Source::Giveaway];
/// Prices in US cents.
const CHEAPEST: i64 = 300;
const DEAREST: i64 = 9_900;
/// Greatest lead of a future-dated row.
const LONGEST_LEAD: Duration = Duration::from_mins(10);
const LATEST: Duration = Duration::from_hours(120 * 24);

impl World {
    /// Adds one sale of a kind.
    pub(super) fn sell(&mut self, kind: ChurnKind, step: &mut Step) -> Option<Changes> {
        let mut sale = any_sale(step);
        match kind {
            ChurnKind::LateSale => {
                let age = between(DAY, LATEST, &mut step.randomness);
                sale.occurred_at = Some(step.now.minus(age));
            }
            ChurnKind::FutureSale => {
                let lead = between(Duration::ZERO, LONGEST_LEAD, &mut step.randomness);
                sale.occurred_at = Some(step.now.plus(lead));
            }
            ChurnKind::UnknownSource => sale.source = unknown_source(),
            ChurnKind::NullUser => sale.without_fan = true,
            ChurnKind::FreeTrial => sale = NewSale::new(Source::Subscription, 0),
            ChurnKind::RewardWithoutId => {
                sale.source = step.randomness.pick(&REWARDS);
                sale.without_order_id = true;
            }
            _ => {}
        }
        let row = self.complete(step.position, &sale, step.now).ok()?;
        if kind == ChurnKind::FutureSale {
            let ledger = &mut self.accounts[step.position].ledger;
            ledger.show_until(row.key.occurred_at);
        }
        Some(Changes::one(self.book(step.position, row)))
    }

    pub(super) fn sell_equally(&mut self, step: &mut Step) -> Option<Changes> {
        let first = self.complete_any(step)?;
        let copies = step.randomness.between(2, 4);
        let mut booked = vec![self.book(step.position, first)];
        for _ in 1..copies {
            let number = self.numbers.next();
            let copy = Row {
                order_number: number,
                ..with_sequence(&first, number)
            };
            booked.push(self.book(step.position, copy));
        }
        Some(Changes::added(booked))
    }

    pub(super) fn sell_in_lines(&mut self, step: &mut Step) -> Option<Changes> {
        let mut line = self.complete_any(step)?;
        let lines = step.randomness.between(2, 3);
        let mut booked = vec![self.book(step.position, line)];
        for _ in 1..lines {
            let gross_cents = line.gross_cents + step.randomness.between(100, 1_000);
            line = Row {
                gross_cents,
                net_cents: sales::net_of(gross_cents, &mut step.randomness),
                total_cents: sales::total_of(gross_cents, line.currency),
                ..with_sequence(&line, self.numbers.next())
            };
            booked.push(self.book(step.position, line));
        }
        Some(Changes::added(booked))
    }

    /// A sale dated now that is not booked yet.
    fn complete_any(&mut self, step: &mut Step) -> Option<Row> {
        let sale = any_sale(step);
        self.complete(step.position, &sale, step.now).ok()
    }
}

/// A sale with fan and net left open.
pub(super) fn any_sale(step: &mut Step) -> NewSale {
    let source = step.randomness.pick(&SOURCES);
    NewSale::new(source, step.randomness.between(CHEAPEST, DEAREST))
}

fn with_sequence(row: &Row, sequence: u64) -> Row {
    Row {
        key: RowKey {
            sequence,
            ..row.key
        },
        ..*row
    }
}
