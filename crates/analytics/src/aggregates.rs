//! What the ledger says about an answer's windows, as the database sums it up: integers only.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use tidemark_domain::{Cents, Instant, Source};

use crate::segments::Segment;

/// The sums of one source over some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceSum {
    /// number of rows
    pub rows: i64,
    /// number of paid sales: not a reversal, gross > 0
    pub paid: i64,
    /// Σ gross
    pub gross: Cents,
    /// Σ net
    pub net: Cents,
    /// Σ gross over paid sales
    pub paid_gross: Cents,
}

impl AddAssign for SourceSum {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.paid += other.paid;
        self.gross += other.gross;
        self.net += other.net;
        self.paid_gross += other.paid_gross;
    }
}

/// Sums by source.
pub type BySource = BTreeMap<Source, SourceSum>;

/// The sums of one source in one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentSum {
    /// position of the segment, from 0
    pub segment: usize,
    /// the source
    pub source: Source,
    /// its rows' sums
    pub sum: SourceSum,
}

/// Counts of fans, which do not add up over segments. Rows without a fan count for none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FanCounts {
    /// distinct fans with a paid sale in the window
    pub payers: i64,
    /// distinct fans with a paid message sale in it
    pub message_payers: i64,
    /// distinct fans with a paid post or mediaLink sale in it
    pub post_payers: i64,
    /// fans whose first paid sale ever, in the scope, lies in it
    pub new_fans: i64,
    /// distinct fans with a paid sale before the window's end
    pub lifetime_payers: i64,
    /// Σ gross over all rows of known fans before the window's end
    pub lifetime_gross: Cents,
}

/// Everything about money that an answer is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aggregates {
    /// per segment and source; at most one entry for each pair
    pub sums: Vec<SegmentSum>,
    /// the shown window's fans
    pub current: FanCounts,
    /// the comparison window's fans; all 0 without one
    pub compared: FanCounts,
    /// the first row at or after the comparison's cut, which the passing of time will bring in
    pub next_row: Option<Instant>,
}

/// The sums, put together per bucket and per window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// one entry per bucket
    pub buckets: Vec<BySource>,
    /// the shown window: the sum of its buckets
    pub current: BySource,
    /// the comparison window
    pub compared: BySource,
}

impl Totals {
    /// Adds the segments up. The window's total is the sum of the buckets by construction, which
    /// is why the chart can never disagree with the KPI.
    pub fn of(sums: &[SegmentSum], segments: &[Segment], bucket_count: usize) -> Self {
        let mut totals = Self {
            buckets: vec![BySource::new(); bucket_count],
            ..Self::default()
        };
        for part in sums {
            let Some(segment) = segments.get(part.segment) else {
                continue;
            };
            if let Some(bucket) = segment.bucket {
                add(&mut totals.buckets[bucket], part);
                add(&mut totals.current, part);
            }
            if segment.compared {
                add(&mut totals.compared, part);
            }
        }
        totals
    }
}

fn add(sums: &mut BySource, part: &SegmentSum) {
    *sums.entry(part.source.clone()).or_default() += part.sum;
}
