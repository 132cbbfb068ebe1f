//! Rows that change or go away after they were served, which Fanvue promises not to do.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::generate::sales;
use crate::ledger::Row;
use crate::ledger_row::LedgerRow;
use crate::world::{UnknownModel, World};

/// Other amounts for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Amendment {
    /// US cents.
    pub gross_cents: i64,
    /// US cents after fees. Open: the share stays what it was.
    #[serde(default)]
    pub net_cents: Option<i64>,
}

/// Why a row was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmendError {
    /// There is no such creator.
    #[error(transparent)]
    UnknownModel(#[from] UnknownModel),
    /// The creator has no such row.
    #[error("no row {0} in this ledger; GET /_simulator/models/{{id}}/rows lists them")]
    UnknownRow(u64),
    /// A sale that would become negative, or a reversal that would become positive.
    #[error("{0} cents have the wrong sign for this row")]
    WrongSign(i64),
}

impl World {
    /// Takes a row away for good: it is neither served nor part of the truth any more. Answers the
    /// row.
    pub fn vanish_row(&mut self, model: Uuid, sequence: u64) -> Result<LedgerRow, AmendError> {
        let (position, row) = self.find_row(model, sequence)?;
        let account = &mut self.accounts[position];
        account.withdraw(&row);
        Ok(account.ledger_row(&row, &self.fans, self.identifiers))
    }

    /// Changes the amounts of a row. Answers the row as it is now.
    pub fn amend_row(
        &mut self,
        model: Uuid,
        sequence: u64,
        amendment: Amendment,
    ) -> Result<LedgerRow, AmendError> {
        let (position, row) = self.find_row(model, sequence)?;
        let gross_cents = amendment.gross_cents;
        let has_wrong_sign = if row.source.is_reversal() {
            gross_cents > 0
        } else {
            gross_cents < 0
        };
        if has_wrong_sign {
            return Err(AmendError::WrongSign(gross_cents));
        }
        let share_kept = match row.gross_cents {
            0 => gross_cents,
            before => row.net_cents * gross_cents / before,
        };
        let amended = Row {
            gross_cents,
            net_cents: amendment.net_cents.unwrap_or(share_kept),
            total_cents: sales::total_of(gross_cents, row.currency),
            ..row
        };
        let account = &mut self.accounts[position];
        account.replace(&row, amended);
        Ok(account.ledger_row(&amended, &self.fans, self.identifiers))
    }

    fn find_row(&self, model: Uuid, sequence: u64) -> Result<(usize, Row), AmendError> {
        let position = self.creator_position(model)?;
        let row = self.accounts[position].ledger.find(sequence);
        let row = row.ok_or(AmendError::UnknownRow(sequence))?;
        Ok((position, *row))
    }
}
