//! What to do next.

use std::time::Duration;

use tidemark_domain::{HISTORY_FLOOR, Instant};
use tidemark_fanvue::Family;
use tidemark_jobs::work::Target;

use super::lanes::{Lane, Reread, RereadReason};
use super::walk::Walk;
use super::{GLANCE_BACK, LOOK_BACK, NIGHTLY, StreamState, WEEKLY, whole_millisecond};

const DAY: Duration = Duration::from_hours(24);
const WEEK: Duration = Duration::from_hours(7 * 24);

/// How far two hosts' clocks may differ: ten minutes either way.
const CLOCKS_DIFFER: Duration = Duration::from_mins(20);

/// How much of the past is compared with Fanvue's sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// since the floor of history
    Everything,
    /// as much as the nightly pass reads
    Recent,
}

/// A piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// read the walk of a lane
    Read(Lane),
    /// compare the ledger with Fanvue's sums
    Reconcile(Scope),
}

impl Task {
    /// Whether it may wait until the other models' heads are read.
    pub const fn can_wait(self) -> bool {
        !matches!(self, Self::Read(Lane::Head))
    }
}

impl StreamState {
    /// The next piece of work, its walk begun; `None` when the model meets the target.
    ///
    /// The head comes first, so a long past never delays what is new.
    pub fn next(&mut self, target: Target, now: Instant) -> Option<Task> {
        // Another host's clock may be ahead: a window must reach the target, or the run never ends.
        let now = whole_millisecond(now.max(target.since.plus(Duration::from_millis(1))));
        self.return_to_the_present(target, now);
        if self.begin_head(target, now) {
            return Some(Task::Read(Lane::Head));
        }
        if self.begin_backfill() {
            return Some(Task::Read(Lane::Backfill));
        }
        self.ask_for_rereads(target, now);
        if self.begin_reread() {
            return Some(Task::Read(Lane::Reread));
        }
        self.comparison_due(now)
    }

    /// What a clock that was far ahead has noted would make everything wait until its time has come.
    /// Nothing after the present can have been read, and what is due daily is due tomorrow.
    fn return_to_the_present(&mut self, target: Target, now: Instant) {
        let is_ahead = |instant: Instant| instant > now.plus(CLOCKS_DIFFER);
        // Not even this run's target is met.
        let before_the_run = target.since.minus(Duration::from_millis(1));
        let progress = &mut self.progress;
        for (noted, instead) in [
            (&mut self.proven_until, before_the_run),
            (&mut progress.looked_back_until, before_the_run),
            (&mut self.full_read_at, before_the_run),
            (&mut progress.nightly_at, now),
            (&mut progress.weekly_at, now),
            (&mut progress.reconciled_at, now),
            (&mut progress.family_probed_at, now),
        ] {
            if noted.is_some_and(is_ahead) {
                *noted = Some(instead);
            }
        }
    }

    fn begin_head(&mut self, target: Target, now: Instant) -> bool {
        if self.progress.head.is_some() {
            return true;
        }
        let looked_back_until = self.looked_back_until();
        if looked_back_until.is_some_and(|until| until >= target.since) {
            return false;
        }
        self.progress.head = Some(match looked_back_until {
            // The first look at a model begins with its last days; the backfill does the rest.
            None => Walk::beginning(now.minus(LOOK_BACK), now, true),
            // A proof from the future is another clock's: look back from the present then.
            Some(until) => {
                let from = HISTORY_FLOOR.max(until.min(now).minus(LOOK_BACK));
                Walk::beginning(from, now.max(until), false)
            }
        });
        true
    }

    /// Begins a glance at what is new, unless a walk of the head is under way, which comes first.
    pub fn begin_glance(&mut self, now: Instant) -> bool {
        if self.progress.head.is_some() {
            return false;
        }
        let now = whole_millisecond(now);
        let ahead = CLOCKS_DIFFER;
        self.progress.head = Some(match self.proven_until {
            None => Walk::glancing(now.minus(LOOK_BACK), now, ahead, true),
            Some(until) => {
                let from = HISTORY_FLOOR.max(until.min(now).minus(GLANCE_BACK));
                Walk::glancing(from, now, ahead, false)
            }
        });
        true
    }

    fn begin_backfill(&mut self) -> bool {
        let Some(since) = self.proven_since.filter(|since| *since > HISTORY_FLOOR) else {
            return false;
        };
        if self.progress.backfill.walk.is_none() {
            self.progress.backfill.begin(HISTORY_FLOOR, since, true);
        }
        true
    }

    fn begin_reread(&mut self) -> bool {
        let Some(reread) = self.progress.rereads.first_mut() else {
            return false;
        };
        if reread.slices.walk.is_none() {
            reread.slices.begin(reread.from, reread.to, false);
        }
        true
    }

    /// Puts due passes in line. What was read for the first time a moment ago is not due.
    fn ask_for_rereads(&mut self, target: Target, now: Instant) {
        let Some(until) = self.proven_until else {
            return;
        };
        let is_due =
            |at: Option<Instant>, every: Duration| at.is_some_and(|at| now >= at.plus(every));
        let progress = &mut self.progress;
        progress.nightly_at.get_or_insert(now);
        progress.weekly_at.get_or_insert(now);
        let full_is_read = self.full_read_at.is_some_and(|at| at >= target.since);
        let full_is_under_way = progress
            .rereads
            .iter()
            .any(|reread| reread.reason == RereadReason::Full && reread.begun_at >= target.since);
        let asked = if target.full && !full_is_read && !full_is_under_way {
            Some((RereadReason::Full, HISTORY_FLOOR))
        } else if is_due(progress.weekly_at, WEEK) {
            Some((RereadReason::Weekly, until.minus(WEEKLY)))
        } else if is_due(progress.nightly_at, DAY) {
            Some((RereadReason::Nightly, until.minus(NIGHTLY)))
        } else {
            None
        };
        let Some((reason, from)) = asked else {
            return;
        };
        // A longer pass does what the shorter ones would.
        progress.nightly_at = Some(now);
        if reason != RereadReason::Nightly {
            progress.weekly_at = Some(now);
        }
        let from = HISTORY_FLOOR.max(from);
        progress.rereads.push(Reread::new(reason, from, until, now));
    }

    /// Sums are compared once a day, and once more when the days that differed were read again.
    fn comparison_due(&self, now: Instant) -> Option<Task> {
        let scope = match self.progress.reconciled_at {
            None => Scope::Everything,
            Some(_) if self.progress.repairing => Scope::Everything,
            Some(at) if now >= at.plus(DAY) => Scope::Recent,
            Some(_) => return None,
        };
        Some(Task::Reconcile(scope))
    }

    /// Whether the newer family should be looked for before this walk goes on.
    pub fn should_probe_v1(&self, walk: &Walk, now: Instant) -> bool {
        let at_the_start = walk.cursor.is_none() && walk.pages == 0;
        match self.family {
            None => true,
            Some(Family::V1) => false,
            Some(Family::Unversioned) => {
                at_the_start
                    && self
                        .progress
                        .family_probed_at
                        .is_none_or(|at| now >= at.plus(DAY))
            }
        }
    }
}
