//! Settling what keys alone cannot: against the rows that are stored.

use std::collections::BTreeSet;

use tidemark_domain::{Instant, Source};
use tidemark_fanvue::{EarningsRow, Shape};

use super::keys::{Members, line_key, order_key};

/// A row on its way into the ledger.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// the row
    pub row: &'a EarningsRow,
    /// its identity
    pub key: String,
    /// the stored row that gets this identity, where it had another
    pub previous_key: Option<String>,
    /// the stored row of this key may be overwritten whatever it holds
    pub settled: bool,
}

/// A stored row that an entry might be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// its identity
    pub key: String,
    /// its order
    pub order: Option<String>,
    /// its source
    pub source: Source,
    /// the shape it came in
    pub shape: Shape,
    /// what tells it apart
    pub members: Members,
    /// no longer returned by Fanvue
    pub withdrawn: bool,
}

/// Gives every entry its final key. Returns the instants outside of `window` at which a row of one
/// of the same orders is stored: whether it still exists must be looked at.
///
/// The order of entries and of stored rows makes no difference.
pub fn resolve(
    entries: &mut [Entry<'_>],
    stored: &[StoredRow],
    window: impl Fn(Instant) -> bool,
) -> BTreeSet<Instant> {
    let mut candidates = Candidates {
        stored,
        taken: vec![false; stored.len()],
        keys: stored.iter().map(|row| row.key.clone()).collect(),
    };
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&index| Members::of(entries[index].row));
    // What is certain comes first, so that what is not can only take what is left.
    for claim in [
        Candidates::the_same_row,
        Candidates::another_shape,
        Candidates::no_row,
    ] {
        for &index in &order {
            if !entries[index].settled {
                claim(&mut candidates, &mut entries[index]);
            }
        }
    }
    candidates.elsewhere(entries, window)
}

struct Candidates<'s> {
    stored: &'s [StoredRow],
    taken: Vec<bool>,
    keys: BTreeSet<String>,
}

impl Candidates<'_> {
    /// A stored row of the same identity that tells of the same payment.
    fn the_same_row(&mut self, entry: &mut Entry<'_>) {
        let members = Members::of(entry.row);
        let found = self.find(|row| {
            let same_kind = match &entry.row.order_id {
                Some(order) => row.order.as_ref() == Some(order),
                None => row.key == entry.key,
            };
            same_kind && row.source == entry.row.source && row.members.agrees_with(&members)
        });
        if let Some(index) = found {
            self.take(index, entry);
        }
    }

    /// A stored row of another shape that tells of the same payment: its gross may have another
    /// meaning, and it may have had no order id, or have one that this shape leaves out.
    fn another_shape(&mut self, entry: &mut Entry<'_>) {
        let row = entry.row;
        let members = Members::of(row);
        let fits = |stored: &StoredRow| {
            stored.shape != row.shape
                && !stored.withdrawn
                && stored.source == row.source
                && stored.members.occurred_at == row.occurred_at
                && match (&stored.order, &row.order_id) {
                    (Some(stored_order), Some(order)) => stored_order == order,
                    _ => stored.members.net == members.net && stored.members.fan == members.fan,
                }
        };
        let Some(index) = self.find(fits) else {
            return;
        };
        let stored = &self.stored[index];
        if let (None, Some(order)) = (&stored.order, &row.order_id) {
            let previous = stored.key.clone();
            self.taken[index] = true;
            entry.key = self.free_key(order, row);
            entry.previous_key = Some(previous);
            entry.settled = true;
        } else {
            self.take(index, entry);
        }
    }

    /// A row that the ledger does not have.
    fn no_row(&mut self, entry: &mut Entry<'_>) {
        if let Some(order) = &entry.row.order_id {
            entry.key = self.free_key(order, entry.row);
        }
        entry.settled = true;
    }

    fn find(&self, fits: impl Fn(&StoredRow) -> bool) -> Option<usize> {
        // The lowest key, so that the order of stored rows makes no difference.
        (0..self.stored.len())
            .filter(|&index| !self.taken[index] && fits(&self.stored[index]))
            .min_by_key(|&index| &self.stored[index].key)
    }

    fn take(&mut self, index: usize, entry: &mut Entry<'_>) {
        self.taken[index] = true;
        entry.key.clone_from(&self.stored[index].key);
        entry.settled = true;
    }

    fn free_key(&mut self, order: &str, row: &EarningsRow) -> String {
        let first = order_key(order, &row.source);
        let key = if self.keys.contains(&first) {
            line_key(order, &row.source, &Members::of(row))
        } else {
            first
        };
        self.keys.insert(key.clone());
        key
    }

    fn elsewhere(
        &self,
        entries: &[Entry<'_>],
        window: impl Fn(Instant) -> bool,
    ) -> BTreeSet<Instant> {
        let orders: BTreeSet<(&str, &Source)> = entries
            .iter()
            .filter_map(|entry| Some((entry.row.order_id.as_deref()?, &entry.row.source)))
            .collect();
        self.stored
            .iter()
            .zip(&self.taken)
            .filter(|(row, taken)| !**taken && !row.withdrawn)
            .filter(|(row, _)| {
                let order = row.order.as_deref();
                order.is_some_and(|order| orders.contains(&(order, &row.source)))
            })
            .map(|(row, _)| row.members.occurred_at)
            .filter(|instant| !window(*instant))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::bare_key;
    use crate::identity::keys::bare_members;
    use serde_json::value::RawValue;
    use tidemark_domain::Cents;

    fn row(second: i64, cents: i64, order: Option<&str>) -> EarningsRow {
        EarningsRow {
            shape: if order.is_some() {
                Shape::V1
            } else {
                Shape::Bare
            },
            occurred_at: Instant::from_micros(second * 1_000_000),
            gross: Cents::new(cents),
            net: Cents::new(cents * 4 / 5),
            total: None,
            currency: None,
            source: Source::new("tip"),
            order_id: order.map(str::to_owned),
            order_status: None,
            reverses_order_id: None,
            message_id: None,
            post_id: None,
            fan: None,
            raw: RawValue::from_string("{}".to_owned()).unwrap(),
        }
    }

    fn entry(row: &EarningsRow) -> Entry<'_> {
        let key = match &row.order_id {
            Some(order) => order_key(order, &row.source),
            None => bare_key(&bare_members(row), 1),
        };
        Entry {
            row,
            key,
            previous_key: None,
            settled: false,
        }
    }

    fn stored(entry: &Entry<'_>) -> StoredRow {
        StoredRow {
            key: entry.key.clone(),
            order: entry.row.order_id.clone(),
            source: entry.row.source.clone(),
            shape: entry.row.shape,
            members: Members::of(entry.row),
            withdrawn: false,
        }
    }

    fn keys(rows: &[EarningsRow], ledger: &[StoredRow]) -> Vec<String> {
        let mut entries: Vec<Entry<'_>> = rows.iter().map(entry).collect();
        resolve(&mut entries, ledger, |_| true);
        entries.into_iter().map(|entry| entry.key).collect()
    }

    #[test]
    fn two_rows_of_one_order_are_two_lines_whichever_comes_first() {
        let rows = [row(1, 500, Some("A")), row(1, 700, Some("A"))];
        let forwards = keys(&rows, &[]);
        let [first, second] = rows;
        let mut backwards = keys(&[second, first], &[]);
        backwards.reverse();
        assert_eq!(forwards, backwards);
        assert_eq!(forwards[0], "order:A:tip");
        assert!(forwards[1].starts_with("order:A:tip:1000000:700:"));
    }

    #[test]
    fn a_line_that_is_stored_keeps_its_key_whatever_comes_before_it() {
        let rows = [row(1, 500, Some("A")), row(2, 700, Some("A"))];
        let mut entries: Vec<Entry<'_>> = rows.iter().map(entry).collect();
        resolve(&mut entries, &[], |_| true);
        let ledger: Vec<StoredRow> = entries.iter().map(stored).collect();
        for entry in &entries {
            let again = keys(std::slice::from_ref(entry.row), &ledger);
            assert_eq!(again, std::slice::from_ref(&entry.key));
        }
    }

    #[test]
    fn an_order_that_appears_at_another_time_is_a_line_and_its_first_place_is_looked_at() {
        let before = row(1, 500, Some("A"));
        let moved = row(90, 500, Some("A"));
        let ledger = [stored(&entry(&before))];
        let mut entries = [entry(&moved)];
        let elsewhere = resolve(&mut entries, &ledger, |instant| {
            instant > before.occurred_at
        });
        assert_ne!(entries[0].key, ledger[0].key);
        assert_eq!(Vec::from_iter(elsewhere), [before.occurred_at]);
    }

    #[test]
    fn cf22_a_row_that_gets_an_order_id_keeps_its_place() {
        let before = row(1, 500, None);
        let after = row(1, 500, Some("A"));
        let ledger = [stored(&entry(&before))];
        let mut entries = [entry(&after)];
        resolve(&mut entries, &ledger, |_| true);
        assert_eq!(entries[0].key, "order:A:tip");
        assert_eq!(
            entries[0].previous_key.as_deref(),
            Some(ledger[0].key.as_str())
        );
    }

    #[test]
    fn equal_rows_get_their_order_ids_one_by_one() {
        let bare = row(1, 500, None);
        let ledger = [1, 2].map(|number| StoredRow {
            key: bare_key(&bare_members(&bare), number),
            ..stored(&entry(&bare))
        });
        let after = [row(1, 500, Some("A")), row(1, 500, Some("B"))];
        let mut entries: Vec<Entry<'_>> = after.iter().map(entry).collect();
        resolve(&mut entries, &ledger, |_| true);
        let previous: BTreeSet<_> = entries.iter().map(|entry| &entry.previous_key).collect();
        assert_eq!(previous.len(), 2);
    }

    #[test]
    fn a_row_that_loses_its_order_id_is_the_stored_one() {
        let with_id = row(1, 500, Some("A"));
        let ledger = [stored(&entry(&with_id))];
        assert_eq!(keys(&[row(1, 500, None)], &ledger), ["order:A:tip"]);
    }

    #[test]
    fn a_price_that_the_other_family_tells_differently_is_the_same_row() {
        let mut older = row(1, 605, Some("A"));
        (older.shape, older.net) = (Shape::Unversioned, Cents::new(400));
        let newer = row(1, 500, Some("A"));
        assert_eq!(keys(&[newer], &[stored(&entry(&older))]), ["order:A:tip"]);
    }
}
