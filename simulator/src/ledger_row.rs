//! Rows of the truth, and what a client can see of them in each shape.

use serde::Serialize;
use uuid::Uuid;

use crate::clock::Micros;
use crate::source::{Currency, Source};
use crate::switches::Shape;

/// A row of the ledger with all its members, whatever shape the API serves it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRow {
    /// The simulator's own name of the row, unique in the world; Fanvue shows nothing like it.
    pub sequence: u64,
    /// `transactionOrderId`; none for some rewards and refunds. Several rows may share one.
    pub order_id: Option<String>,
    /// Time of the payment, in whole milliseconds.
    pub occurred_at: Micros,
    /// Where it comes from.
    pub source: Source,
    /// US cents; negative for a reversal.
    pub gross_cents: i64,
    /// US cents after Fanvue's fees; negative for a reversal.
    pub net_cents: i64,
    /// US cents that left the fan's card; negative for a reversal.
    pub total_cents: i64,
    /// The fan's currency; none where no fan paid.
    pub currency: Option<Currency>,
    /// The fan; none where no fan paid.
    pub fan: Option<Uuid>,
    /// The message that was bought, or whose sale is taken back.
    pub message: Option<Uuid>,
    /// The post that was bought, or whose sale is taken back.
    pub post: Option<Uuid>,
    /// Order id of the sale a reversal takes back.
    pub reverses: Option<String>,
}

/// The list a row is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Feed {
    /// `…/insights/earnings`.
    Earnings,
    /// `/insights/spending`.
    Spending,
}

/// What a client can read of a row; members the shape does not have are none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServedRow {
    /// Where it is read.
    pub feed: Feed,
    /// `date`.
    pub occurred_at: Micros,
    /// `source`.
    pub source: Source,
    /// `gross`, US cents.
    pub gross_cents: i64,
    /// `net`, US cents.
    pub net_cents: i64,
    /// `total`, US cents; v1 only.
    pub total_cents: Option<i64>,
    /// `transactionOrderId`; never in February 2026 and in spending.
    pub order_id: Option<String>,
    /// `user.uuid`.
    pub fan: Option<Uuid>,
    /// `messageUuid`; of sales only in earnings, of reversals in spending.
    pub message: Option<Uuid>,
    /// `postUuid`; as the message.
    pub post: Option<Uuid>,
    /// `reversedTransactionOrderId`; v1 only.
    pub reverses: Option<String>,
}

impl LedgerRow {
    /// The list that has this row for a client that reads the shape; none where no list has it.
    ///
    /// v1 has every row in earnings. The older shapes have reversals in spending, which only a
    /// creator's own token can read, and fan experiences nowhere.
    pub fn feed(&self, shape: Shape) -> Option<Feed> {
        if shape.serves(self.source) {
            Some(Feed::Earnings)
        } else if self.source.is_reversal() {
            Some(Feed::Spending)
        } else {
            None
        }
    }

    /// The row as a client that reads the shape sees it; none where no list has it.
    pub fn served(&self, shape: Shape) -> Option<ServedRow> {
        let feed = self.feed(shape)?;
        let in_earnings = feed == Feed::Earnings;
        let has_ids = in_earnings && shape != Shape::Feb2026;
        let is_v1 = shape == Shape::V1;
        let names_subject = if in_earnings {
            has_ids && !self.source.is_reversal()
        } else {
            true
        };
        Some(ServedRow {
            feed,
            occurred_at: self.occurred_at,
            source: self.source,
            gross_cents: self.gross_cents,
            net_cents: self.net_cents,
            total_cents: is_v1.then_some(self.total_cents),
            order_id: self.order_id.clone().filter(|_| has_ids),
            fan: self.fan,
            message: self.message.filter(|_| names_subject),
            post: self.post.filter(|_| names_subject),
            reverses: self.reverses.clone().filter(|_| is_v1),
        })
    }
}
