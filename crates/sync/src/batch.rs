//! Pages put together into one write.
//!
//! Every page moves the walk on. Slow pages are stored one by one, quick ones together: what a kill
//! can cost is bounded by `HELD_AT_MOST`, and what a long history costs by the statement.

use std::time::Duration;

use tidemark_domain::Instant;
use tidemark_fanvue::{EarningsPage, EarningsRow, UnreadableRow};

use crate::SyncSettings;
use crate::fetch::Fetched;
use crate::identity::{Entry, Members, bare_key, bare_members, order_key};
use crate::state::{RowKinds, Walk};

/// How long read pages may wait to be stored.
const HELD_AT_MOST: Duration = Duration::from_secs(1);

/// Pages of one walk that are not stored yet.
pub struct Batch {
    /// the walk after these pages
    pub walk: Walk,
    begun_at: Instant,
    rows: Vec<(String, EarningsRow)>,
    /// rows that could not be read
    pub unreadable: Vec<UnreadableRow>,
    /// rows that Fanvue sent
    pub fetched: u64,
    pages: u32,
}

impl Batch {
    /// Nothing yet of a walk.
    pub fn new(walk: Walk, now: Instant) -> Self {
        Self {
            walk,
            begun_at: now,
            rows: Vec::new(),
            unreadable: Vec::new(),
            fetched: 0,
            pages: 0,
        }
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.pages == 0
    }

    /// Whether it should be stored before more is read.
    pub fn is_due(&self, settings: &SyncSettings, now: Instant) -> bool {
        self.rows.len() >= settings.rows_per_write || now.since(self.begun_at) >= HELD_AT_MOST
    }

    /// Adds a page; `true` when it was the surface's last.
    pub fn add(&mut self, fetched: Fetched) -> bool {
        let page = fetched.page;
        self.pages += 1;
        self.fetched += fetched.fetched;
        self.walk.pages += 1;
        self.walk.cursor.clone_from(&page.next_cursor);
        if !self.walk.is_repeated(&page.rows) {
            self.add_rows(page);
        }
        self.walk.cursor.is_none()
    }

    fn add_rows(&mut self, page: EarningsPage) {
        self.walk.note_page(&page);
        self.unreadable.extend(page.unreadable);
        for row in page.rows {
            let key = self.key_of(&row);
            self.rows.push((key, row));
        }
    }

    fn key_of(&mut self, row: &EarningsRow) -> String {
        if let Some(order) = &row.order_id {
            return order_key(order, &row.source);
        }
        let members = bare_members(row);
        let occurrence = self.walk.seen.next_occurrence(&members);
        bare_key(&members, occurrence)
    }

    /// The rows, each once: a row that came twice is one row (defect D16). The second value says
    /// whether two different rows have the same key and must be settled.
    pub fn entries(&self) -> (Vec<Entry<'_>>, bool) {
        let mut entries: Vec<Entry<'_>> = self
            .rows
            .iter()
            .map(|(key, row)| Entry {
                row,
                key: key.clone(),
                previous_key: None,
                settled: false,
            })
            .collect();
        // Of equal rows the last one read is kept: its status may be newer.
        entries.reverse();
        entries.sort_by(|one, other| {
            let members = |entry: &Entry<'_>| Members::of(entry.row);
            (&one.key, members(one)).cmp(&(&other.key, members(other)))
        });
        entries.dedup_by(|one, other| {
            one.key == other.key && Members::of(one.row) == Members::of(other.row)
        });
        let contested = entries.windows(2).any(|pair| pair[0].key == pair[1].key);
        (entries, contested)
    }

    /// What kinds of rows there are.
    pub fn kinds(&self) -> RowKinds {
        let has = |ordered: bool| {
            let mut rows = self.rows.iter();
            rows.any(|(_, row)| row.order_id.is_some() == ordered)
        };
        RowKinds {
            bare: has(false),
            ordered: has(true),
            lines: false,
        }
    }
}
