//! Properties of identity: whatever order and pages rows come in, each is there once, under a key
//! that it keeps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::value::RawValue;
use tidemark_domain::{Cents, FanId, Instant, Source};
use tidemark_fanvue::{EarningsRow, Shape};
use tidemark_sync::identity::{
    Entry, Members, StoredRow, bare_key, bare_members, line_key, order_key, resolve,
};
use tidemark_sync::state::Seen;
use uuid::Uuid;

/// A row of few possible values, so that rows often have something in common.
fn row(order: Option<u8>, source: &str, (second, cents, fan): (u8, u8, u8)) -> EarningsRow {
    EarningsRow {
        shape: order.map_or(Shape::Bare, |_| Shape::V1),
        occurred_at: Instant::from_micros(i64::from(second) * 1_000_000),
        gross: Cents::new(i64::from(cents) * 100),
        net: Cents::new(i64::from(cents) * 80),
        total: None,
        currency: None,
        source: Source::new(source),
        order_id: order.map(|number| format!("FV-ORDER-{number}")),
        order_status: None,
        reverses_order_id: None,
        message_id: None,
        post_id: None,
        fan: Some(FanId::new(Uuid::from_u128(u128::from(fan)))),
        raw: RawValue::from_string("{}".to_owned()).unwrap(),
    }
}

fn values() -> impl Strategy<Value = (u8, u8, u8)> {
    (0..4u8, 1..4u8, 0..2u8)
}

/// Rows without an order id; equal ones are as many payments.
fn bare_rows() -> impl Strategy<Value = Vec<EarningsRow>> {
    let row_of = (select(vec!["referral", "giveaway"]), values())
        .prop_map(|(source, values)| row(None, source, values));
    prop::collection::vec(row_of, 0..20)
}

/// Rows with an order id, up to several lines of one order; equal ones are one row.
fn ordered_rows(lines: usize) -> impl Strategy<Value = Vec<EarningsRow>> {
    let order = (
        select(vec!["tip", "message"]),
        prop::collection::hash_set(values(), 1..=lines),
    );
    prop::collection::btree_map(0..40u8, order, 0..12).prop_map(|orders| {
        let rows_of = |(order, (source, lines)): (u8, (&str, _))| {
            let lines: std::collections::HashSet<(u8, u8, u8)> = lines;
            let of_line = |values| row(Some(order), source, values);
            lines.into_iter().map(of_line).collect::<Vec<_>>()
        };
        orders.into_iter().flat_map(rows_of).collect()
    })
}

/// Ledger rows by key, as the statement that stores them leaves them.
#[derive(Clone, Debug, Default)]
struct Ledger(BTreeMap<String, StoredRow>);

impl Ledger {
    /// Reads rows in batches: one walk over all of them.
    fn read(&mut self, rows: &[EarningsRow], batches: &[Index]) {
        let mut borders: BTreeSet<usize> = BTreeSet::from([0, rows.len()]);
        borders.extend(batches.iter().map(|border| border.index(rows.len() + 1)));
        let borders = Vec::from_iter(borders);
        let mut seen = Seen::default();
        for border in borders.windows(2) {
            self.store(&rows[border[0]..border[1]], &mut seen);
        }
    }

    fn store(&mut self, rows: &[EarningsRow], seen: &mut Seen) {
        let mut entries: Vec<Entry<'_>> = rows
            .iter()
            .map(|row| Entry {
                row,
                key: if let Some(order) = &row.order_id {
                    order_key(order, &row.source)
                } else {
                    let members = bare_members(row);
                    bare_key(&members, seen.next_occurrence(&members))
                },
                previous_key: None,
                settled: false,
            })
            .collect();
        entries.sort_by(|one, other| {
            let of = |entry: &Entry<'_>| Members::of(entry.row);
            (&one.key, of(one)).cmp(&(&other.key, of(other)))
        });
        entries.dedup_by(|one, other| {
            one.key == other.key && Members::of(one.row) == Members::of(other.row)
        });
        if self.is_contested(&entries) {
            let stored: Vec<StoredRow> = self.0.values().cloned().collect();
            resolve(&mut entries, &stored, |_| true);
        }
        for entry in entries {
            if let Some(previous) = &entry.previous_key {
                self.0.remove(previous).expect("a stored row");
            }
            let row = StoredRow {
                key: entry.key.clone(),
                order: entry.row.order_id.clone(),
                source: entry.row.source.clone(),
                shape: entry.row.shape,
                members: Members::of(entry.row),
                withdrawn: false,
            };
            self.0.insert(entry.key, row);
        }
    }

    fn is_contested(&self, entries: &[Entry<'_>]) -> bool {
        let kinds: BTreeSet<bool> = (self.0.values().map(|row| row.order.is_some()))
            .chain(entries.iter().map(|entry| entry.row.order_id.is_some()))
            .collect();
        let clashes = |entry: &Entry<'_>| {
            let stored = self.0.get(&entry.key);
            stored.is_some_and(|stored| !stored.members.agrees_with(&Members::of(entry.row)))
        };
        kinds.len() > 1
            || entries.windows(2).any(|pair| pair[0].key == pair[1].key)
            || entries.iter().any(clashes)
    }

    fn keys(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }
}

fn read(rows: &[EarningsRow], batches: &[Index]) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.read(rows, batches);
    ledger
}

/// The same rows in two orders.
fn shuffled(
    rows: impl Strategy<Value = Vec<EarningsRow>>,
) -> impl Strategy<Value = (Vec<EarningsRow>, Vec<EarningsRow>)> {
    rows.prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
}

fn both(lines: usize) -> impl Strategy<Value = Vec<EarningsRow>> {
    (bare_rows(), ordered_rows(lines)).prop_map(|(bare, ordered)| [bare, ordered].concat())
}

fn batches() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 0..6)
}

proptest! {
    #[test]
    fn d013_keys_do_not_depend_on_the_order_or_the_pages_that_rows_come_in(
        (rows, again) in shuffled(both(1)), one in batches(), other in batches(),
    ) {
        prop_assert_eq!(read(&rows, &one).keys(), read(&again, &other).keys());
    }

    #[test]
    fn lines_of_an_order_have_keys_that_do_not_depend_on_their_order(
        (rows, again) in shuffled(ordered_rows(3)),
    ) {
        prop_assert_eq!(read(&rows, &[]).keys(), read(&again, &[]).keys());
    }

    #[test]
    fn d015_there_are_as_many_keys_as_rows(rows in both(3), pages in batches()) {
        prop_assert_eq!(read(&rows, &pages).0.len(), rows.len());
    }

    #[test]
    fn d013_rows_read_again_keep_their_keys_and_add_none(
        (rows, again) in shuffled(both(3)), one in batches(), other in batches(),
    ) {
        let first = read(&rows, &one);
        let mut second = first.clone();
        second.read(&again, &other);
        prop_assert_eq!(first.0, second.0);
    }

    #[test]
    fn d016_rows_that_come_twice_in_one_batch_are_one(rows in ordered_rows(3)) {
        let twice = [rows.clone(), rows.clone()].concat();
        prop_assert_eq!(read(&twice, &[]).0, read(&rows, &[]).0);
    }

    #[test]
    fn cf22_rows_that_get_order_ids_are_rekeyed_and_as_many_as_before(
        payments in prop::collection::vec(values(), 0..20),
        one in batches(), other in batches(), rotation in any::<Index>(),
    ) {
        let rows = |with_ids: bool| -> Vec<EarningsRow> {
            (0u8..)
                .zip(&payments)
                .map(|(number, values)| row(with_ids.then_some(number), "tip", *values))
                .collect()
        };
        let mut ledger = read(&rows(false), &one);
        let mut later = rows(true);
        if !later.is_empty() {
            let by = rotation.index(later.len());
            later.rotate_left(by);
        }
        ledger.read(&later, &other);
        prop_assert_eq!(ledger.0.len(), payments.len());
        prop_assert!(ledger.0.keys().all(|key| key.starts_with("order:")));
    }
}

#[test]
fn d014_the_format_of_keys_is_pinned() {
    let tip = row(Some(7), "tip", (3, 5, 1));
    assert_eq!(order_key("FV-ORDER-7", &tip.source), "order:FV-ORDER-7:tip");
    let fan = "00000000-0000-0000-0000-000000000001";
    let line = line_key("FV-ORDER-7", &tip.source, &Members::of(&tip));
    let expected = format!("order:FV-ORDER-7:tip:3000000:500:400:{fan}:-:-");
    assert_eq!(line, expected);
    let reward = row(None, "referral", (3, 5, 1));
    let key = bare_key(&bare_members(&reward), 2);
    assert_eq!(key, format!("row:3000000:referral:500:400:{fan}:-:-#2"));
}
