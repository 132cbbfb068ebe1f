//! The truth about money: the rows of one creator, in order of time.
//!
//! Sales and reversals are kept apart, each sorted, because one family serves them apart and the
//! other together. A page is found by binary search from either end of its window, so it costs
//! the logarithm of the ledger plus the page.

use uuid::Uuid;

use crate::clock::Micros;
use crate::fans::{Fan, FanIndex};
use crate::randomness::Identifiers;
use crate::source::{Currency, Source};

/// The place of a row in its ledger. The sequence is unique in the world and breaks ties of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowKey {
    pub(crate) occurred_at: Micros,
    pub(crate) sequence: u64,
}

/// A row as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) key: RowKey,
    /// The number in `FV-ORDER-<number>`; Fanvue promises no uniqueness.
    pub(crate) order_number: u64,
    /// Whether any shape names the order; some rewards and refunds have no id.
    pub(crate) has_order_id: bool,
    pub(crate) source: Source,
    /// What was sold, or what the reversed sale had sold.
    pub(crate) sold: Sold,
    pub(crate) gross_cents: i64,
    pub(crate) net_cents: i64,
    pub(crate) total_cents: i64,
    pub(crate) currency: Option<Currency>,
    pub(crate) fan: Option<FanIndex>,
    /// Position of the post that was sold or tipped.
    pub(crate) post: Option<u32>,
    /// Order number of the sale that a reversal takes back.
    pub(crate) reverses: Option<u64>,
}

/// The things sold that rows name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sold {
    Message,
    Post,
    /// Something that has no identifier of its own.
    Unnamed,
}

impl Sold {
    pub(crate) fn by(source: Source) -> Self {
        match source {
            Source::Message => Self::Message,
            Source::Post => Self::Post,
            _ => Self::Unnamed,
        }
    }
}

/// Half-open span of instants: `start <= instant < end`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start: Micros,
    pub(crate) end: Micros,
}

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    sales: Vec<Row>,
    reversals: Vec<Row>,
    /// The latest date of a row that is served before it comes.
    shown_until: Option<Micros>,
}

impl Ledger {
    pub(crate) fn insert(&mut self, row: Row) {
        let rows = self.rows_like(row.source);
        if rows.last().is_none_or(|last| last.key < row.key) {
            rows.push(row);
        } else {
            let position = rows.partition_point(|other| other.key < row.key);
            rows.insert(position, row);
        }
    }

    /// Takes a row out; the same row put in again changes nothing.
    pub(crate) fn remove(&mut self, row: &Row) {
        let rows = self.rows_like(row.source);
        if let Ok(position) = rows.binary_search_by_key(&row.key, |other| other.key) {
            rows.remove(position);
        }
    }

    /// The row with that sequence.
    pub(crate) fn find(&self, sequence: u64) -> Option<&Row> {
        self.all_newest_first()
            .find(|row| row.key.sequence == sequence)
    }

    /// The newest sale of an order; an order may have several.
    pub(crate) fn sale_of_order(&self, order_number: u64) -> Option<&Row> {
        let mut newest_first = self.sales.iter().rev();
        newest_first.find(|row| row.order_number == order_number)
    }

    /// The greatest gross among the sales of an order, US cents.
    pub(crate) fn highest_of_order(&self, order_number: u64) -> Option<i64> {
        let rows = self.sales.iter();
        rows.filter(|row| row.order_number == order_number)
            .map(|row| row.gross_cents)
            .max()
    }

    /// Serves everything up to that instant from now on, although it has not come yet.
    pub(crate) fn show_until(&mut self, at: Micros) {
        self.shown_until = self.shown_until.max(Some(at));
    }

    /// The end of what is served at `now`.
    pub(crate) fn served_until(&self, now: Micros) -> Micros {
        let last = self.shown_until.map_or(now, |shown| shown.max(now));
        Micros(last.0.saturating_add(1))
    }

    fn rows_like(&mut self, source: Source) -> &mut Vec<Row> {
        if source.is_reversal() {
            &mut self.reversals
        } else {
            &mut self.sales
        }
    }

    pub(crate) fn sales(&self, window: Window) -> &[Row] {
        slice_of(&self.sales, window)
    }

    pub(crate) fn reversals(&self, window: Window) -> &[Row] {
        slice_of(&self.reversals, window)
    }

    /// All rows ever, newest first.
    pub(crate) fn all_newest_first(&self) -> NewestFirst<'_> {
        NewestFirst {
            sales: &self.sales,
            reversals: &self.reversals,
        }
    }
}

fn slice_of(rows: &[Row], window: Window) -> &[Row] {
    let from = rows.partition_point(|row| row.key.occurred_at < window.start);
    let until = rows.partition_point(|row| row.key.occurred_at < window.end);
    rows.get(from..until).unwrap_or_default()
}

/// Walks sales and reversals together, newest first.
#[derive(Debug, Clone)]
pub(crate) struct NewestFirst<'ledger> {
    sales: &'ledger [Row],
    reversals: &'ledger [Row],
}

impl<'ledger> NewestFirst<'ledger> {
    pub(crate) fn new(sales: &'ledger [Row], reversals: &'ledger [Row]) -> Self {
        Self { sales, reversals }
    }

    /// The rest of the walk after the row with this key, whether or not that row still exists.
    pub(crate) fn after(self, key: RowKey) -> Self {
        Self {
            sales: older_than(self.sales, key),
            reversals: older_than(self.reversals, key),
        }
    }
}

fn older_than(rows: &[Row], key: RowKey) -> &[Row] {
    &rows[..rows.partition_point(|row| row.key < key)]
}

impl<'ledger> Iterator for NewestFirst<'ledger> {
    type Item = &'ledger Row;

    fn next(&mut self) -> Option<Self::Item> {
        let reversal_is_newer = match (self.sales.last(), self.reversals.last()) {
            (Some(sale), Some(reversal)) => reversal.key > sale.key,
            (None, _) => true,
            (Some(_), None) => false,
        };
        let rows = if reversal_is_newer {
            &mut self.reversals
        } else {
            &mut self.sales
        };
        let (newest, rest) = rows.split_last()?;
        *rows = rest;
        Some(newest)
    }
}

/// `FV-ORDER-<number>`.
pub(crate) fn order_id(number: u64) -> String {
    format!("FV-ORDER-{number}")
}

impl Row {
    /// `transactionOrderId`, where the row has one.
    pub(crate) fn order_id(&self) -> Option<String> {
        self.has_order_id.then(|| order_id(self.order_number))
    }

    /// The message that was sold, or whose sale is taken back.
    pub(crate) fn message_uuid(&self, identifiers: Identifiers) -> Option<Uuid> {
        let sale = self.reverses.unwrap_or(self.order_number);
        (self.sold == Sold::Message).then(|| identifiers.of("message", sale))
    }

    /// The post that was sold, or whose sale is taken back. A tip's post is not shown by Fanvue.
    pub(crate) fn post_position(&self) -> Option<usize> {
        let post = self.post.filter(|_| self.sold == Sold::Post)?;
        Some(post as usize)
    }

    /// A row the head-count depends on.
    pub(crate) fn is_subscription(&self) -> bool {
        matches!(self.source, Source::Subscription | Source::Renewal)
    }

    /// Position of the post a tip was given on.
    pub(crate) fn tipped_post(&self) -> Option<usize> {
        let post = self.post.filter(|_| self.source == Source::Tip)?;
        Some(post as usize)
    }

    pub(crate) fn fan<'fans>(&self, fans: &'fans [Fan]) -> Option<&'fans Fan> {
        self.fan.map(|fan| &fans[fan.position()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(occurred_at: i64, sequence: u64, source: Source) -> Row {
        Row {
            key: RowKey {
                occurred_at: Micros(occurred_at),
                sequence,
            },
            order_number: sequence,
            has_order_id: true,
            source,
            sold: Sold::by(source),
            gross_cents: 100,
            net_cents: 80,
            total_cents: 110,
            currency: None,
            fan: None,
            post: None,
            reverses: None,
        }
    }

    fn sequences<'rows>(rows: impl Iterator<Item = &'rows Row>) -> Vec<u64> {
        rows.map(|row| row.key.sequence).collect()
    }

    #[test]
    fn a_late_row_finds_its_place_in_time() {
        let mut ledger = Ledger::default();
        ledger.insert(row(10, 1, Source::Tip));
        ledger.insert(row(30, 2, Source::Tip));
        ledger.insert(row(20, 3, Source::Tip));
        assert_eq!(sequences(ledger.all_newest_first()), [2, 3, 1]);
    }

    #[test]
    fn both_kinds_are_walked_together_and_ties_fall_to_the_later_row() {
        let mut ledger = Ledger::default();
        ledger.insert(row(10, 1, Source::Tip));
        ledger.insert(row(20, 2, Source::Refund));
        ledger.insert(row(20, 3, Source::Tip));
        ledger.insert(row(30, 4, Source::Chargeback));
        assert_eq!(sequences(ledger.all_newest_first()), [4, 3, 2, 1]);
    }

    #[test]
    fn a_walk_continues_after_a_key() {
        let mut ledger = Ledger::default();
        for sequence in 1..=4 {
            ledger.insert(row(10, sequence, Source::Tip));
        }
        let key = RowKey {
            occurred_at: Micros(10),
            sequence: 3,
        };
        assert_eq!(sequences(ledger.all_newest_first().after(key)), [2, 1]);
    }

    #[test]
    fn a_window_holds_its_start_and_not_its_end() {
        let mut ledger = Ledger::default();
        for instant in [10, 20, 30] {
            ledger.insert(row(instant, instant.unsigned_abs(), Source::Tip));
        }
        let window = Window {
            start: Micros(10),
            end: Micros(30),
        };
        assert_eq!(sequences(ledger.sales(window).iter()), [10, 20]);
    }

    #[test]
    fn a_row_is_found_and_taken_out_by_its_place() {
        let mut ledger = Ledger::default();
        for sequence in 1..=3 {
            ledger.insert(row(10, sequence, Source::Tip));
        }
        let found = *ledger.find(2).unwrap();
        ledger.remove(&found);
        assert_eq!(sequences(ledger.all_newest_first()), [3, 1]);
        assert!(ledger.find(2).is_none());
    }

    #[test]
    fn what_is_shown_early_moves_the_end_until_its_time_has_come() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.served_until(Micros(5)), Micros(6));
        ledger.show_until(Micros(9));
        ledger.show_until(Micros(7));
        assert_eq!(ledger.served_until(Micros(5)), Micros(10));
        assert_eq!(ledger.served_until(Micros(20)), Micros(21));
    }

    #[test]
    fn a_window_that_ends_before_it_starts_is_empty() {
        let mut ledger = Ledger::default();
        ledger.insert(row(10, 1, Source::Tip));
        let window = Window {
            start: Micros(20),
            end: Micros(5),
        };
        assert!(ledger.sales(window).is_empty());
    }
}
