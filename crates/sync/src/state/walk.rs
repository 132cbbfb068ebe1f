//! One window being read.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tidemark_domain::Instant;
use tidemark_fanvue::{EarningsPage, EarningsRow, Surface};

use crate::identity::bare_members;

/// Keys that a walk remembers. A window with more rows is read again in slices, which are smaller.
const MOST_KEYS: usize = 20_000;

/// Pages whose content a walk remembers, to know one that is served twice.
const RECENT_PAGES: usize = 8;

/// A window, and where its next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// first instant, included
    pub from: Instant,
    /// end, excluded
    pub to: Instant,
    /// what is being read of it
    pub surface: Surface,
    /// `None` for the first page
    pub cursor: Option<String>,
    /// pages read so far
    pub pages: u32,
    /// the window was never read before, so nothing in the ledger can be missing from it
    pub fresh: bool,
    /// rows read so far
    pub seen: Seen,
    /// a glance: it proves its window up to here only, and not what it read ahead of our clock
    #[serde(default)]
    pub proves_until: Option<Instant>,
    /// something was not as it should be: what was read stays, but the window is worth another look
    pub disturbed: bool,
    oldest: Option<Instant>,
    recent_pages: Vec<u64>,
}

impl Walk {
    /// A walk that has read nothing.
    pub fn beginning(from: Instant, to: Instant, fresh: bool) -> Self {
        Self {
            from,
            to,
            surface: Surface::Earnings,
            cursor: None,
            pages: 0,
            fresh,
            seen: Seen::default(),
            proves_until: None,
            disturbed: false,
            oldest: None,
            recent_pages: Vec::new(),
        }
    }

    /// A walk for what is new, also where Fanvue's clock is ahead of ours.
    pub fn glancing(from: Instant, now: Instant, ahead: Duration, fresh: bool) -> Self {
        Self {
            proves_until: Some(now),
            ..Self::beginning(from, now.plus(ahead), fresh)
        }
    }

    /// The same window from its first page on, after Fanvue refused the cursor.
    pub fn restarted(&self) -> Self {
        Self {
            proves_until: self.proves_until,
            ..Self::beginning(self.from, self.to, false)
        }
    }

    /// Goes on with the reversals that the older family keeps apart.
    pub fn turn_to_spending(&mut self) {
        self.surface = Surface::Spending;
        self.cursor = None;
        self.oldest = None;
    }

    /// Whether an instant lies in the window.
    pub fn holds(&self, instant: Instant) -> bool {
        self.from <= instant && instant < self.to
    }

    /// Whether a page was served before in this walk, in whatever order; remembers it. An empty
    /// page never counts.
    pub fn is_repeated(&mut self, page: &[EarningsRow]) -> bool {
        if page.is_empty() {
            return false;
        }
        // What the rows tell, not how they are written: members may come in another order.
        let told = |row: &EarningsRow| (row.order_id.clone(), bare_members(row));
        let mut rows: Vec<_> = page.iter().map(told).collect();
        rows.sort_unstable();
        let mut hasher = DefaultHasher::new();
        rows.hash(&mut hasher);
        let hash = hasher.finish();
        if self.recent_pages.contains(&hash) {
            return true;
        }
        if self.recent_pages.len() == RECENT_PAGES {
            self.recent_pages.remove(0);
        }
        self.recent_pages.push(hash);
        false
    }

    /// Takes note of a page's place in time. Pages go back in time; where one does not, rows without
    /// an order id may have come twice, and cannot be told from equal sales.
    pub fn note_page(&mut self, page: &EarningsPage) {
        let instants = || page.rows.iter().map(|row| row.occurred_at);
        let goes_back = self
            .oldest
            .is_none_or(|oldest| instants().all(|instant| instant <= oldest));
        let has_bare = page.rows.iter().any(|row| row.order_id.is_none());
        self.disturbed |= !page.unreadable.is_empty() || (has_bare && !goes_back);
        self.oldest = self.oldest.into_iter().chain(instants()).min();
        if let Some(oldest) = self.oldest {
            self.seen.forget_occurrences_but(oldest);
        }
    }
}

/// The rows that a walk has read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// keys in the ledger; kept only where the window was read before
    keys: BTreeSet<String>,
    /// how often each row without an order id was read
    bare: BTreeMap<String, u32>,
    overflowed: bool,
}

impl Seen {
    /// The occurrence number, from 1, of a row without an order id.
    pub fn next_occurrence(&mut self, members: &str) -> u32 {
        let count = self.bare.entry(members.to_owned()).or_insert(0);
        *count += 1;
        *count
    }

    /// Remembers the keys of rows.
    pub fn add_keys<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) {
        if self.overflowed {
            return;
        }
        self.keys.extend(keys.into_iter().map(str::to_owned));
        if self.keys.len() > MOST_KEYS {
            self.overflowed = true;
            self.keys.clear();
        }
    }

    /// All keys read, or `None` when there were too many to remember.
    pub fn keys(&self) -> Option<Vec<String>> {
        (!self.overflowed).then(|| self.keys.iter().cloned().collect())
    }

    /// Forgets occurrences that cannot go on: keys begin with the row's instant, and equal rows
    /// share it, so once there are too many only those of `instant` are needed.
    fn forget_occurrences_but(&mut self, instant: Instant) {
        if self.bare.len() > MOST_KEYS {
            let prefix = format!("{}:", instant.micros());
            self.bare.retain(|members, _| members.starts_with(&prefix));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_are_counted_across_pages() {
        let mut seen = Seen::default();
        assert_eq!(seen.next_occurrence("1:tip"), 1);
        let stored = serde_json::to_string(&seen).unwrap();
        let mut next_page: Seen = serde_json::from_str(&stored).unwrap();
        assert_eq!(next_page.next_occurrence("1:tip"), 2);
    }

    #[test]
    fn a_window_with_too_many_rows_says_so() {
        let mut seen = Seen::default();
        let keys: Vec<String> = (0..=MOST_KEYS).map(|number| number.to_string()).collect();
        seen.add_keys(keys.iter().take(2).map(String::as_str));
        assert_eq!(seen.keys().map(|keys| keys.len()), Some(2));
        seen.add_keys(keys.iter().map(String::as_str));
        assert_eq!(seen.keys(), None);
    }
}
