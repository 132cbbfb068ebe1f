//! When an answer changes by the mere passing of time, with the same data.
//!
//! Days begin and move the window; buckets begin and end; and a comparison that is cut at the elapsed
//! time grows with it. Everything else in a body follows from the database, but for `ageSeconds` and
//! `state`, which its `ETag` leaves out.

use std::time::Duration;

use tidemark_domain::{Instant, Zone};

use crate::buckets::Bucket;
use crate::comparison::{Compare, compared_at, goes_by_days};
use crate::window::{Span, Window};

const MICROSECOND: Duration = Duration::from_micros(1);

/// What passing time will do to an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// the next instant at which a day, a bucket or the window begins or ends that matters
    boundary: Option<Instant>,
    /// the comparison's cut now and just before the boundary: rows between come in meanwhile
    pub watched: Option<(Instant, Instant)>,
    /// "now" less the cut
    lead: Duration,
}

impl Timing {
    /// Looks ahead from `now`.
    pub fn of(
        (span, compare): (Span, Compare),
        window: &Window,
        buckets: &[Bucket],
        zone: &Zone,
        now: Instant,
    ) -> Self {
        let cut_at = |moment| {
            let compared = compared_at(compare, window, zone, moment);
            compared.filter(|_| window.contains(moment))
        };
        let cut = cut_at(now);
        let lead = cut.map_or(Duration::ZERO, |compared| now.since(compared.end));
        let by_days = goes_by_days(compare, window, zone);
        let moves_with_today = match span {
            Span::LastDays(_) => true,
            Span::Between { end, .. } => end.is_none(),
        };
        let midnight = (moves_with_today || (cut.is_some() && by_days))
            .then(|| zone.start_of(zone.day_of(now).plus_days(1)));
        // The comparison shows the day of its cut.
        let next_day_compared = cut.filter(|_| !by_days).map(|compared| {
            let next_day = zone.start_of(compared.last_day.plus_days(1));
            next_day.plus(lead).plus(MICROSECOND)
        });
        let boundary = buckets
            .iter()
            .flat_map(|bucket| [bucket.start, bucket.end])
            .chain(midnight)
            .chain(next_day_compared)
            .filter(|instant| *instant > now)
            .min();
        let watched = cut.zip(boundary).map(|(compared, boundary)| {
            let last = cut_at(boundary.minus(MICROSECOND));
            (compared.end, last.map_or(compared.end, |last| last.end))
        });
        Self {
            boundary,
            watched,
            lead,
        }
    }

    /// The first instant at which the answer is another one, unless the data change before;
    /// `next_row` is the first row in the watched span. `None` for never.
    pub fn changes_at(&self, next_row: Option<Instant>) -> Option<Instant> {
        // A row is inside as soon as the cut lies after it.
        let brought_in = next_row.map(|row| row.plus(self.lead).plus(MICROSECOND));
        [self.boundary, brought_in].into_iter().flatten().min()
    }
}
