//! Reversals of a sale, in full or in part, before or after it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AppendError, NewSale, order_number};
use crate::clock::Micros;
use crate::ledger_row::LedgerRow;
use crate::source::Source;
use crate::world::World;

/// A refund or a chargeback to append.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReversal {
    /// Order id of the sale it takes back; the sale need not exist yet.
    pub order_id: String,
    /// Refund or chargeback. Default refund.
    #[serde(default = "refund")]
    pub source: Source,
    /// US cents, at most 0. Open: everything of the sale, which has to exist then.
    #[serde(default)]
    pub gross_cents: Option<i64>,
    /// Any instant. Open: now.
    #[serde(default)]
    pub occurred_at: Option<Micros>,
    /// Whether Fanvue names no order id of the reversal itself. Default false.
    #[serde(default)]
    pub without_order_id: bool,
}

fn refund() -> Source {
    Source::Refund
}

impl NewReversal {
    /// A refund of everything, now.
    pub fn of(order_id: &str) -> Self {
        Self {
            order_id: order_id.to_owned(),
            source: Source::Refund,
            gross_cents: None,
            occurred_at: None,
            without_order_id: false,
        }
    }

    /// Takes back only so many US cents; at most 0.
    #[must_use]
    pub fn in_part(mut self, gross_cents: i64) -> Self {
        self.gross_cents = Some(gross_cents);
        self
    }
}

impl World {
    /// Appends a reversal to a creator's ledger, and answers it with everything filled in. Fan, net
    /// share and what was sold are those of the sale, if it exists.
    pub fn append_reversal(
        &mut self,
        model: Uuid,
        reversal: &NewReversal,
        now: Micros,
    ) -> Result<LedgerRow, AppendError> {
        let position = self.creator_position(model)?;
        let wanted = order_number(&reversal.order_id)?;
        let original = self.accounts[position]
            .ledger
            .sale_of_order(wanted)
            .copied();
        let gross_cents = match (reversal.gross_cents, original) {
            (Some(gross_cents), _) => gross_cents,
            (None, Some(original)) => -original.gross_cents,
            (None, None) => return Err(AppendError::UnknownOrder(reversal.order_id.clone())),
        };
        let net_cents = original
            .filter(|original| original.gross_cents != 0)
            .map(|original| original.net_cents * gross_cents / original.gross_cents);
        let sale = NewSale {
            net_cents,
            occurred_at: reversal.occurred_at,
            reverses: Some(reversal.order_id.clone()),
            without_order_id: reversal.without_order_id,
            ..NewSale::new(reversal.source, gross_cents)
        };
        let row = self.complete(position, &sale, self.server_time(now))?;
        Ok(self.book(position, row))
    }
}
