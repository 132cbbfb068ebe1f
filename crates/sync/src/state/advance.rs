//! What reading changes.

use tidemark_domain::{HISTORY_FLOOR, Instant, LocalDay, Zone};
use tidemark_fanvue::{Family, Surface};

use super::lanes::{Lane, Reread, RereadReason};
use super::walk::Walk;
use super::{RowKinds, StreamState};

/// How often a disturbed window is read again.
const MOST_TRIES: u32 = 3;

/// A window that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drained {
    /// first instant, included
    pub from: Instant,
    /// end, excluded
    pub to: Instant,
    /// the keys of all its rows; `None` where nothing can be missing, or too many were there
    pub keys: Option<Vec<String>>,
    /// whether reversals were among what was read
    pub with_reversals: bool,
}

impl StreamState {
    /// Takes over a walk that has got further.
    pub fn set_walk(&mut self, lane: Lane, walk: Walk) {
        if let Some(slot) = self.walk_mut(lane) {
            *slot = Some(walk);
        }
    }

    /// The same walk from its first page on, on another path family or after a refused cursor.
    pub fn restart_walk(&mut self, lane: Lane) {
        if let Some(restarted) = self.walk(lane).map(Walk::restarted) {
            self.set_walk(lane, restarted);
        }
    }

    /// Notes that a lane's walk has no further page on the present surface. Where the older family
    /// keeps reversals apart, they are read next; otherwise the window is proven.
    pub fn end_of_pages(&mut self, lane: Lane, own_account: bool, now: Instant) -> Option<Drained> {
        let mut walk = self.walk(lane)?.clone();
        let older = self.family == Some(Family::Unversioned);
        if older && own_account && walk.surface == Surface::Earnings {
            walk.turn_to_spending();
            self.set_walk(lane, walk);
            return None;
        }
        self.progress.reversals_unknown = older && !own_account;
        match lane {
            Lane::Head => {
                self.progress.head = None;
                // A first look has read its two days, whatever it was begun for.
                let is_glance = walk.proves_until.is_some() && self.proven_until.is_some();
                let looked_back_until = self.looked_back_until().filter(|_| is_glance);
                self.progress.looked_back_until = looked_back_until;
                self.extend_proof(walk.from, walk.proves_until.unwrap_or(walk.to));
                if walk.seen.keys().is_none() {
                    self.reread(RereadReason::Crowded, walk.from, walk.to, now);
                }
            }
            Lane::Backfill => {
                self.progress.backfill.walk = Some(walk.clone());
                self.proven_since = self.progress.backfill.end();
                self.look_again(&walk, 0, now);
            }
            Lane::Reread => {
                let tries = self
                    .progress
                    .rereads
                    .first()
                    .map_or(0, |reread| reread.tries);
                self.end_reread_slice();
                self.look_again(&walk, tries, now);
            }
        }
        Some(Drained {
            from: walk.from,
            to: walk.to,
            keys: walk.seen.keys().filter(|_| !walk.fresh && !walk.disturbed),
            with_reversals: !self.progress.reversals_unknown,
        })
    }

    /// A disturbed window is read again, but not for ever: a row that stays unreadable waits in
    /// quarantine.
    fn look_again(&mut self, walk: &Walk, tries: u32, now: Instant) {
        if walk.disturbed && tries < MOST_TRIES {
            let mut again = Reread::new(RereadReason::Repair, walk.from, walk.to, now);
            again.tries = tries + 1;
            self.progress.rereads.push(again);
        }
    }

    fn extend_proof(&mut self, from: Instant, to: Instant) {
        let (since, until) = match (self.proven_since, self.proven_until) {
            (Some(since), Some(until)) if since <= to && until >= from => {
                (since.min(from), until.max(to))
            }
            _ => (from, to),
        };
        (self.proven_since, self.proven_until) = (Some(since), Some(until));
    }

    fn end_reread_slice(&mut self) {
        let Some(reread) = self.progress.rereads.first_mut() else {
            return;
        };
        if let Some(from) = reread.slices.end() {
            reread.to = from;
        }
        if reread.to <= reread.from {
            let ended = self.progress.rereads.remove(0);
            if ended.reason == RereadReason::Full {
                self.full_read_at = self.full_read_at.max(Some(ended.begun_at));
            }
        }
    }

    /// Puts a window in line to be read again.
    pub fn reread(&mut self, reason: RereadReason, from: Instant, to: Instant, now: Instant) {
        let covered = self.progress.rereads.iter().any(|waiting| {
            waiting.slices.walk.is_none() && waiting.from <= from && to <= waiting.to
        });
        if !covered && from < to {
            let reread = Reread::new(reason, from, to, now);
            self.progress.rereads.push(reread);
        }
    }

    /// Takes note of the family that answered; another one than before means that stored rows get
    /// the identity of the new shape.
    pub fn note_family(&mut self, family: Family, now: Instant) {
        if family == Family::Unversioned {
            self.progress.family_probed_at.get_or_insert(now);
        }
        if self.family.is_some_and(|known| known != family) {
            self.reread_reshaped(now);
        }
        self.family = Some(family);
    }

    /// Takes note of what kinds of rows there are; the first ones with an order id after rows
    /// without mean that Fanvue has begun to send them.
    pub fn note_rows(&mut self, read: RowKinds, now: Instant) {
        let stored = self.progress.stored_rows;
        if read.ordered && stored.bare && !stored.ordered {
            self.reread_reshaped(now);
        }
        self.progress.stored_rows = RowKinds {
            bare: stored.bare || read.bare,
            ordered: stored.ordered || read.ordered,
            lines: stored.lines || read.lines,
        };
    }

    /// Rows of the old shape are where it is proven, and in what was begun.
    fn reread_reshaped(&mut self, now: Instant) {
        let begun = [Lane::Head, Lane::Backfill].map(|lane| self.walk(lane));
        let begun = || begun.iter().flatten();
        let from = begun().map(|walk| walk.from).chain(self.proven_since).min();
        let to = begun().map(|walk| walk.to).chain(self.proven_until).max();
        if let (Some(from), Some(to)) = (from, to) {
            self.reread(RereadReason::Reshaped, from, to, now);
        }
    }

    /// Takes note of a comparison with Fanvue's sums: days that differ are read again once, and
    /// compared again after that.
    pub fn note_comparison(&mut self, drifted: &[LocalDay], now: Instant) {
        self.progress.reconciled_at = Some(now);
        self.progress.repairing = !self.progress.repairing && !drifted.is_empty();
        if self.progress.repairing {
            self.repair(drifted, now);
        }
    }

    /// Puts days in line to be read again.
    pub fn repair(&mut self, days: &[LocalDay], now: Instant) {
        let utc = Zone::utc();
        for (first, last) in runs_of_days(days) {
            let from = utc.start_of(first).max(HISTORY_FLOOR);
            let to = utc.start_of(last.plus_days(1));
            self.reread(RereadReason::Repair, from, to, now);
        }
    }
}

/// Days in order, put together where they follow each other.
fn runs_of_days(days: &[LocalDay]) -> Vec<(LocalDay, LocalDay)> {
    let mut runs: Vec<(LocalDay, LocalDay)> = Vec::new();
    for &day in days {
        match runs.last_mut() {
            Some((_, last)) if last.plus_days(1) == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    runs
}
