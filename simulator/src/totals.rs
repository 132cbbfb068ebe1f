//! Sums over ledgers, for people and tests to compare with.

use std::iter::Sum;

use serde::Serialize;
use uuid::Uuid;

use crate::clock::Micros;
use crate::ledger::{Ledger, Row, Window};

/// Sums over rows; amounts are US cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Sales and reversals.
    pub rows: usize,
    /// Rows that are no reversals.
    pub sales: usize,
    /// Refunds and chargebacks.
    pub reversals: usize,
    /// Gross of the sales.
    pub sales_gross_cents: i64,
    /// Net of the sales.
    pub sales_net_cents: i64,
    /// Gross after reversals.
    pub gross_cents: i64,
    /// Net after reversals.
    pub net_cents: i64,
}

/// The sums of one creator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelTotals {
    /// The creator.
    pub model: Uuid,
    /// Its sums.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The sums of the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Over all creators.
    pub all: Figures,
    /// One entry per creator, in order.
    pub models: Vec<ModelTotals>,
}

impl Figures {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        let always = Window {
            start: Micros(i64::MIN),
            end: Micros(i64::MAX),
        };
        let (sales, reversals) = (ledger.sales(always), ledger.reversals(always));
        let gross = |rows: &[Row]| rows.iter().map(|row| row.gross_cents).sum::<i64>();
        let net = |rows: &[Row]| rows.iter().map(|row| row.net_cents).sum::<i64>();
        Self {
            rows: sales.len() + reversals.len(),
            sales: sales.len(),
            reversals: reversals.len(),
            sales_gross_cents: gross(sales),
            sales_net_cents: net(sales),
            gross_cents: gross(sales) + gross(reversals),
            net_cents: net(sales) + net(reversals),
        }
    }
}

impl Sum for Figures {
    fn sum<Parts: Iterator<Item = Self>>(parts: Parts) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            rows: sum.rows + part.rows,
            sales: sum.sales + part.sales,
            reversals: sum.reversals + part.reversals,
            sales_gross_cents: sum.sales_gross_cents + part.sales_gross_cents,
            sales_net_cents: sum.sales_net_cents + part.sales_net_cents,
            gross_cents: sum.gross_cents + part.gross_cents,
            net_cents: sum.net_cents + part.net_cents,
        })
    }
}
