//! Rows that a test or a person adds by hand.

mod awkward;
mod reversal;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::clock::Micros;
use crate::fans::FanIndex;
use crate::generate::sales;
use crate::ledger::{Row, RowKey, Sold};
use crate::ledger_row::LedgerRow;
use crate::source::Source;
use crate::world::{UnknownModel, World};

pub use reversal::NewReversal;

/// A row to append. What is left open is drawn from the seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSale {
    /// Where it comes from; refund and chargeback make a reversal, any unknown word a sale.
    pub source: Source,
    /// US cents; at least 0 for a sale, at most 0 for a reversal.
    pub gross_cents: i64,
    /// US cents after fees. Open: that of the reversed sale, else 80 to 85 % of the gross.
    #[serde(default)]
    pub net_cents: Option<i64>,
    /// Any instant, past ones too. Open: now.
    #[serde(default)]
    pub occurred_at: Option<Micros>,
    /// The fan. Open: that of the reversed sale, else one of the creator's fans, or none for a
    /// reward.
    #[serde(default)]
    pub fan: Option<Uuid>,
    /// `FV-ORDER-<number>`, free or taken. Open: the next free one.
    #[serde(default)]
    pub order_id: Option<String>,
    /// Order id of the sale that a reversal takes back; the sale need not exist yet.
    #[serde(default)]
    pub reverses: Option<String>,
    /// Whether Fanvue names no order id, as it may on rewards and refunds. Default false.
    #[serde(default)]
    pub without_order_id: bool,
    /// Whether the row has a null user where a fan was to be drawn. Default false.
    #[serde(default)]
    pub without_fan: bool,
}

/// Why a row was not appended.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AppendError {
    /// There is no such creator.
    #[error(transparent)]
    UnknownModel(#[from] UnknownModel),
    /// There is no such fan.
    #[error("no fan {0} in this world; leave the fan open to have one drawn")]
    UnknownFan(Uuid),
    /// An order id of another form.
    #[error("order id {0:?} is not of the form FV-ORDER-<number>")]
    MalformedOrderId(String),
    /// A negative sale or a positive reversal.
    #[error("{} of {gross_cents} cents has the wrong sign", .source_of_row.as_str())]
    WrongSign {
        /// The source asked for.
        source_of_row: Source,
        /// The gross asked for.
        gross_cents: i64,
    },
    /// A reversal of unknown size: the sale is not there.
    #[error("no sale has the order id {0:?}; say how much the reversal takes back")]
    UnknownOrder(String),
    /// A sale that claims to reverse another one.
    #[error("only a refund or a chargeback can reverse a sale")]
    SaleReverses,
}

impl NewSale {
    /// A row with everything but source and gross left open.
    pub fn new(source: Source, gross_cents: i64) -> Self {
        Self {
            source,
            gross_cents,
            net_cents: None,
            occurred_at: None,
            fan: None,
            order_id: None,
            reverses: None,
            without_order_id: false,
            without_fan: false,
        }
    }

    fn check(&self) -> Result<(), AppendError> {
        let is_reversal = self.source.is_reversal();
        let has_wrong_sign = if is_reversal {
            self.gross_cents > 0
        } else {
            self.gross_cents < 0
        };
        if has_wrong_sign {
            return Err(AppendError::WrongSign {
                source_of_row: self.source,
                gross_cents: self.gross_cents,
            });
        }
        if self.reverses.is_some() && !is_reversal {
            return Err(AppendError::SaleReverses);
        }
        Ok(())
    }
}

impl World {
    /// Appends a row to a creator's ledger, and answers it with everything filled in.
    pub fn append_sale(
        &mut self,
        model: Uuid,
        sale: &NewSale,
        now: Micros,
    ) -> Result<LedgerRow, AppendError> {
        let position = self.creator_position(model)?;
        let row = self.complete(position, sale, self.server_time(now))?;
        Ok(self.book(position, row))
    }

    /// Books a row of a creator and answers it.
    pub(crate) fn book(&mut self, position: usize, row: Row) -> LedgerRow {
        let account = &mut self.accounts[position];
        account.record(row);
        account.notify(row.source);
        self.announce(position, &row);
        self.accounts[position].ledger_row(&row, &self.fans, self.identifiers)
    }

    /// The row with what was left open filled in; `now` is the server's.
    pub(crate) fn complete(
        &mut self,
        position: usize,
        sale: &NewSale,
        now: Micros,
    ) -> Result<Row, AppendError> {
        sale.check()?;
        let wanted_fan = sale.fan.map(|uuid| self.find_fan(uuid)).transpose()?;
        let wanted_number = sale.order_id.as_deref().map(order_number).transpose()?;
        let reverses = sale.reverses.as_deref().map(order_number).transpose()?;
        let number = self.numbers.next();
        let account = &self.accounts[position];
        let original = reverses.and_then(|wanted| account.ledger.sale_of_order(wanted));

        let at = sale.occurred_at.unwrap_or(now).whole_milliseconds();
        let fan = wanted_fan.or_else(|| match original {
            Some(original) => original.fan,
            None if sale.without_fan || sale.source.is_reward() => None,
            None if account.pool.is_empty() => None,
            None => Some(sales::buyer(account, &mut self.appended)),
        });
        let post = match original {
            Some(original) => original.post,
            None => sales::post_for(account, sale.source, at, &mut self.appended),
        };
        let currency = fan.map(|fan| self.fans[fan.position()].currency);
        let net_cents = sale.net_cents.unwrap_or_else(|| match original {
            Some(original) if original.gross_cents == -sale.gross_cents => -original.net_cents,
            _ => sales::net_of(sale.gross_cents, &mut self.appended),
        });
        Ok(Row {
            key: RowKey {
                occurred_at: at,
                sequence: number,
            },
            order_number: wanted_number.unwrap_or(number),
            has_order_id: !sale.without_order_id,
            source: sale.source,
            sold: original.map_or(Sold::by(sale.source), |original| original.sold),
            gross_cents: sale.gross_cents,
            net_cents,
            total_cents: sales::total_of(sale.gross_cents, currency),
            currency,
            fan,
            post,
            reverses,
        })
    }

    fn find_fan(&self, uuid: Uuid) -> Result<FanIndex, AppendError> {
        (0..)
            .map(FanIndex)
            .zip(&self.fans)
            .find(|(_, fan)| fan.uuid == uuid)
            .map(|(index, _)| index)
            .ok_or(AppendError::UnknownFan(uuid))
    }
}

fn order_number(order_id: &str) -> Result<u64, AppendError> {
    order_id
        .strip_prefix("FV-ORDER-")
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| AppendError::MalformedOrderId(order_id.to_owned()))
}
