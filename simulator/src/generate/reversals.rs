//! Refunds and chargebacks: each takes one earlier sale back in full, on a later date.

use std::time::Duration;

use crate::clock::Micros;
use crate::generate::{HISTORY, OrderNumbers};
use crate::ledger::{Ledger, Row, RowKey, Window};
use crate::randomness::Randomness;
use crate::source::Source;

/// Sales younger than this at the epoch are left alone.
const YOUNGEST_REVERSED: Duration = Duration::from_hours(24);
const MILLISECONDS_PER_DAY: i64 = 86_400_000;
/// Most reversals come within 30 days, the latest after 120.
const USUAL_DELAY_DAYS: i64 = 30;
const LONGEST_DELAY_DAYS: i64 = 120;
/// Share of the late ones, and of chargebacks among all, per mille.
const LATE_PER_MILLE: u32 = 100;
const CHARGEBACKS_PER_MILLE: u32 = 250;

/// About `count` reversals, spread evenly over the sales that can be taken back, oldest first.
pub(super) fn draw(
    ledger: &Ledger,
    count: u64,
    epoch: Micros,
    randomness: &mut Randomness,
    numbers: &mut OrderNumbers,
) -> Vec<Row> {
    let window = Window {
        start: epoch.minus(HISTORY),
        end: epoch.minus(YOUNGEST_REVERSED),
    };
    let sales = ledger.sales(window);
    let count = usize::try_from(count).expect("invariant: row counts fit into memory");
    let mut reversals: Vec<Row> = Vec::with_capacity(count);
    for part in 0..count {
        let from = sales.len() * part / count;
        let until = sales.len() * (part + 1) / count;
        if let Some(sale) = pick_paid(&sales[from..until], randomness) {
            reversals.push(reverse(sale, epoch, randomness));
        }
    }
    reversals.sort_by_key(|reversal| (reversal.key, reversal.reverses));
    for reversal in &mut reversals {
        let number = numbers.next();
        reversal.key.sequence = number;
        reversal.order_number = number;
    }
    reversals
}

/// The first sale a fan paid for, from a random place on.
fn pick_paid<'sales>(sales: &'sales [Row], randomness: &mut Randomness) -> Option<&'sales Row> {
    if sales.is_empty() {
        return None;
    }
    let (before, after) = sales.split_at(randomness.position(sales.len()));
    let is_paid = |sale: &&Row| sale.gross_cents > 0 && sale.fan.is_some();
    after.iter().chain(before).find(is_paid)
}

fn reverse(sale: &Row, epoch: Micros, randomness: &mut Randomness) -> Row {
    let days = if randomness.chance(LATE_PER_MILLE) {
        LONGEST_DELAY_DAYS
    } else {
        USUAL_DELAY_DAYS
    };
    let sold_at = sale.key.occurred_at;
    let room = (epoch.0 - sold_at.0) / 1_000 - 1;
    let delay = randomness.between(1, room.min(days * MILLISECONDS_PER_DAY));
    let source = if randomness.chance(CHARGEBACKS_PER_MILLE) {
        Source::Chargeback
    } else {
        Source::Refund
    };
    Row {
        key: RowKey {
            occurred_at: Micros(sold_at.0 + delay * 1_000),
            sequence: 0,
        },
        order_number: 0,
        has_order_id: true,
        source,
        gross_cents: -sale.gross_cents,
        net_cents: -sale.net_cents,
        total_cents: -sale.total_cents,
        reverses: Some(sale.order_number),
        ..*sale
    }
}
