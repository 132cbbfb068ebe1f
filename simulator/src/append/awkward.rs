//! Rows that come late, early, or several times.

use std::time::Duration;

use uuid::Uuid;

use super::{AppendError, NewSale};
use crate::clock::Micros;
use crate::ledger::{Row, RowKey};
use crate::ledger_row::LedgerRow;
use crate::world::World;

impl World {
    /// Appends a row that is dated `age` before now; Fanvue knows ages of up to 120 days.
    pub fn append_late(
        &mut self,
        model: Uuid,
        sale: &NewSale,
        age: Duration,
        now: Micros,
    ) -> Result<LedgerRow, AppendError> {
        let position = self.creator_position(model)?;
        let server_now = self.server_time(now);
        let late = sale.at(server_now.minus(age));
        let row = self.complete(position, &late, server_now)?;
        Ok(self.book(position, row))
    }

    /// Appends a row that is dated `lead` after now, up to ten minutes in Fanvue's case, and served
    /// already.
    pub fn append_ahead(
        &mut self,
        model: Uuid,
        sale: &NewSale,
        lead: Duration,
        now: Micros,
    ) -> Result<LedgerRow, AppendError> {
        let position = self.creator_position(model)?;
        let server_now = self.server_time(now);
        let ahead = sale.at(server_now.plus(lead));
        let row = self.complete(position, &ahead, server_now)?;
        let ledger = &mut self.accounts[position].ledger;
        ledger.show_until(row.key.occurred_at);
        Ok(self.book(position, row))
    }

    /// Appends the same sale `count` times. Only the order ids tell them apart, and the messages
    /// where messages are sold; an order id that is asked for goes to the first one.
    pub fn append_equal_sales(
        &mut self,
        model: Uuid,
        sale: &NewSale,
        count: u32,
        now: Micros,
    ) -> Result<Vec<LedgerRow>, AppendError> {
        let position = self.creator_position(model)?;
        let first = self.complete(position, sale, self.server_time(now))?;
        let mut booked = Vec::new();
        for copy in 0..count {
            let row = if copy == 0 { first } else { self.again(&first) };
            booked.push(self.book(position, row));
        }
        Ok(booked)
    }

    /// The same row under an order id of its own.
    fn again(&mut self, row: &Row) -> Row {
        let number = self.numbers.next();
        Row {
            key: RowKey {
                sequence: number,
                ..row.key
            },
            order_number: number,
            ..*row
        }
    }
}

impl NewSale {
    fn at(&self, instant: Micros) -> Self {
        Self {
            occurred_at: Some(instant),
            ..self.clone()
        }
    }
}
