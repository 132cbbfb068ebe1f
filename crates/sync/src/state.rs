//! What is known of a model's stream, and how it changes. Pure: no I/O and no clock.
//!
//! Three lanes read windows of time, each walk newest page first and down to its last page:
//!
//! - **head**: from 48 h before what is proven to now; first, in every step. When a webhook named the
//!   model, a **glance**: from shortly before what is proven; the next ordinary head makes up for the
//!   rest
//! - **backfill**: from what is proven back to the floor of history, slice by slice
//! - **re-read**: windows read before, again: nightly, weekly, on request, to repair a drift
//!
//! A window counts as proven only when it was read to its end. Every lane keeps its own cursor, so
//! each resumes where it stopped whatever the others did meanwhile.

mod advance;
mod lanes;
mod next;
mod walk;

use serde::{Deserialize, Serialize};
use tidemark_domain::{HISTORY_FLOOR, Instant};
use tidemark_fanvue::Family;

pub use advance::Drained;
pub use lanes::{Lane, Reread, RereadReason, Slices};
pub use next::{Scope, Task};
pub use walk::{Seen, Walk};

use std::time::Duration;

/// How far each head walk reads behind what is proven, for rows that arrive late with an old date.
pub const LOOK_BACK: Duration = Duration::from_hours(48);

/// How far a glance reads behind what is proven: little, so that it costs a page where the head's
/// [`LOOK_BACK`] may cost dozens.
pub const GLANCE_BACK: Duration = Duration::from_mins(30);

/// How much the nightly pass reads again.
pub const NIGHTLY: Duration = Duration::from_hours(35 * 24);

/// How much the weekly pass reads again: disputes come up to 120 days late, so that each is read
/// whichever day of the week it came on.
pub const WEEKLY: Duration = Duration::from_hours(130 * 24);

/// The state of one model's stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamState {
    /// start of the span that was read without a gap
    pub proven_since: Option<Instant>,
    /// end of the span that was read without a gap
    pub proven_until: Option<Instant>,
    /// when the last full re-read began that has ended
    pub full_read_at: Option<Instant>,
    /// the path family that answers for this model
    pub family: Option<Family>,
    /// where the lanes are
    pub progress: Progress,
}

/// The part of the state that only the state machine reads; stored as one document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// the head's walk under way
    pub head: Option<Walk>,
    /// the backfill, until it has reached the floor
    pub backfill: Slices,
    /// up to when the last two days were read again with it, where glances have proven more since
    pub looked_back_until: Option<Instant>,
    /// windows to read again, in this order
    pub rereads: Vec<Reread>,
    /// when the last nightly pass was due
    pub nightly_at: Option<Instant>,
    /// when the last weekly pass was due
    pub weekly_at: Option<Instant>,
    /// when the ledger was last compared with Fanvue's sums
    pub reconciled_at: Option<Instant>,
    /// a comparison found a drift, and its days are being read again before it is final
    pub repairing: bool,
    /// when `/v1` was last looked for, where the older family answers
    pub family_probed_at: Option<Instant>,
    /// what kinds of rows were stored
    pub stored_rows: RowKinds,
    /// the family that answers has no reversals for this account
    pub reversals_unknown: bool,
}

/// Which kinds of rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowKinds {
    /// rows without an order id
    pub bare: bool,
    /// rows with one
    pub ordered: bool,
    /// rows that share their order with others, or might
    pub lines: bool,
}

impl RowKinds {
    /// Whether keys alone do not tell which row is which.
    pub const fn need_settling(self) -> bool {
        self.lines || (self.bare && self.ordered)
    }
}

impl StreamState {
    /// Whether the whole history was read at least once.
    pub fn is_backfilled(&self) -> bool {
        self.proven_since
            .is_some_and(|since| since <= HISTORY_FLOOR)
    }

    /// Up to when the head was read with its whole look-back.
    pub fn looked_back_until(&self) -> Option<Instant> {
        self.progress.looked_back_until.or(self.proven_until)
    }

    /// The walk under way in a lane.
    pub fn walk(&self, lane: Lane) -> Option<&Walk> {
        match lane {
            Lane::Head => self.progress.head.as_ref(),
            Lane::Backfill => self.progress.backfill.walk.as_ref(),
            Lane::Reread => self.progress.rereads.first()?.slices.walk.as_ref(),
        }
    }

    /// Where a lane keeps its walk; `None` when there is nothing to read again.
    fn walk_mut(&mut self, lane: Lane) -> Option<&mut Option<Walk>> {
        match lane {
            Lane::Head => Some(&mut self.progress.head),
            Lane::Backfill => Some(&mut self.progress.backfill.walk),
            Lane::Reread => Some(&mut self.progress.rereads.first_mut()?.slices.walk),
        }
    }
}

/// The instant without what lies below Fanvue's millisecond.
pub(crate) fn whole_millisecond(instant: Instant) -> Instant {
    Instant::from_micros(instant.micros().div_euclid(1_000) * 1_000)
}
