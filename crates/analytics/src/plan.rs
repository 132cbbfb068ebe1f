//! What an answer is about, fixed once: the zone, the windows, the buckets, and "now".

use tidemark_domain::{Instant, LocalDay, Zone};

use crate::buckets::{Bucket, Granularity, buckets};
use crate::comparison::comparison;
use crate::parameters::{DashboardQuery, ParameterError};
use crate::segments::{Segment, segments};
use crate::timing::Timing;
use crate::window::Window;

/// A resolved request. Nothing after it reads a clock or a zone's rules again.
#[derive(Clone, Debug)]
pub struct Plan {
    /// the present, read once per request
    pub now: Instant,
    /// the zone of the local days
    pub zone: Zone,
    /// the window shown
    pub window: Window,
    /// the length of a bucket
    pub granularity: Granularity,
    /// the chart's buckets, tiling the window
    pub buckets: Vec<Bucket>,
    /// the window to compare with
    pub comparison: Option<Window>,
    /// the pieces that the ledger is summed over
    pub segments: Vec<Segment>,
    /// what passing time will do to the answer
    pub timing: Timing,
}

impl Plan {
    /// Resolves a query. `first_transaction` is the earliest row in scope; it is read only where
    /// the window begins with it.
    ///
    /// # Errors
    /// When the window's start lies after its end.
    pub fn new(
        query: &DashboardQuery,
        agency_zone: &Zone,
        first_transaction: Option<Instant>,
        now: Instant,
    ) -> Result<Self, ParameterError> {
        let zone = query.zone.as_ref().unwrap_or(agency_zone).clone();
        let window = Window::resolve(query.span, &zone, first_transaction, now)?;
        let granularity = query
            .granularity
            .unwrap_or_else(|| Granularity::fitting(&window));
        let buckets = buckets(&window, granularity, &zone);
        let ledger_start = first_transaction.filter(|_| query.span.starts_with_the_ledger());
        let comparison = comparison(query.compare, &window, &zone, ledger_start, now);
        let segments = segments(&buckets, comparison.as_ref());
        let asked = (query.span, query.compare);
        let timing = Timing::of(asked, &window, &buckets, &zone, now);
        Ok(Self {
            now,
            zone,
            window,
            granularity,
            buckets,
            comparison,
            segments,
            timing,
        })
    }

    /// The shown window and, if there is one, the comparison.
    pub fn windows(&self) -> impl Iterator<Item = &Window> {
        std::iter::once(&self.window).chain(&self.comparison)
    }

    /// The first and the last local day of either window.
    pub fn days(&self) -> (LocalDay, LocalDay) {
        let first_day = self.windows().map(|window| window.first_day).min();
        (
            first_day.unwrap_or(self.window.first_day),
            self.window.last_day,
        )
    }
}
