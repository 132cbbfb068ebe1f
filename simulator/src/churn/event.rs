//! The kinds of live events, and how often each happens.

use serde::Serialize;
use uuid::Uuid;

use crate::ledger_row::LedgerRow;
use crate::randomness::Randomness;

/// What can happen to the rows of a running world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChurnKind {
    /// A sale, dated now.
    Sale,
    /// A sale dated 1 to 120 days ago.
    LateSale,
    /// A sale dated up to ten minutes ahead, and served already.
    FutureSale,
    /// Two to four sales that only the order ids tell apart.
    EqualSales,
    /// An order with two or three rows of different amounts.
    MultiLineOrder,
    /// A sale whose source no contract names.
    UnknownSource,
    /// A sale whose `user` is null.
    NullUser,
    /// A first subscription for nothing.
    FreeTrial,
    /// A reward without an order id.
    RewardWithoutId,
    /// A sale of the last 120 days is taken back in full.
    Reversal,
    /// A sale of the last 120 days is taken back in part.
    PartialReversal,
    /// A reversal whose sale is not there yet.
    EarlyReversal,
    /// The sale of an early reversal arrives, with a date before the reversal.
    Original,
    /// A row of the last thirty days goes away.
    Vanished,
    /// A sale of the last thirty days changes its amount.
    Amended,
}

/// How often each kind is drawn.
const WEIGHTS: [(ChurnKind, u32); 15] = [
    (ChurnKind::Sale, 30),
    (ChurnKind::LateSale, 12),
    (ChurnKind::FutureSale, 6),
    (ChurnKind::EqualSales, 8),
    (ChurnKind::MultiLineOrder, 8),
    (ChurnKind::UnknownSource, 3),
    (ChurnKind::NullUser, 3),
    (ChurnKind::FreeTrial, 3),
    (ChurnKind::RewardWithoutId, 4),
    (ChurnKind::Reversal, 8),
    (ChurnKind::PartialReversal, 5),
    (ChurnKind::EarlyReversal, 5),
    (ChurnKind::Original, 5),
    (ChurnKind::Vanished, 4),
    (ChurnKind::Amended, 4),
];

impl ChurnKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        WEIGHTS.iter().map(|(kind, _)| *kind)
    }

    pub(super) fn draw(randomness: &mut Randomness) -> Self {
        let weights = WEIGHTS.map(|(_, weight)| weight);
        WEIGHTS[randomness.weighted(&weights)].0
    }
}

/// One event and everything it did to the truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChurnEvent {
    /// What happened.
    pub kind: ChurnKind,
    /// To whose rows.
    pub model: Uuid,
    /// Rows that are there now and were not before; of an amended row, the new state.
    pub added: Vec<LedgerRow>,
    /// Rows that were there before and are not now; of an amended row, the old state.
    pub removed: Vec<LedgerRow>,
}
