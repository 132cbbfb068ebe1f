//! The pieces of the time line that the ledger is summed over.
//!
//! The chart's buckets and the comparison window may overlap (a year compared with the year
//! before does not, two years do). Their bounds together cut the time line into segments, each
//! wholly inside or outside of every bucket and of the comparison, so that one statement reads
//! each row once and every sum is a sum of segments.

use tidemark_domain::Instant;

use crate::buckets::Bucket;
use crate::window::Window;

/// A piece of the time line, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The first instant inside.
    pub start: Instant,
    /// The first instant after.
    pub end: Instant,
    /// The bucket that it is part of, by position.
    pub bucket: Option<usize>,
    /// Whether it is part of the comparison window.
    pub compared: bool,
}

/// The segments of the buckets (which must be in order and without gaps) and the comparison,
/// oldest first.
pub fn segments(buckets: &[Bucket], comparison: Option<&Window>) -> Vec<Segment> {
    let mut bounds: Vec<Instant> = Vec::with_capacity(2 * buckets.len() + 2);
    bounds.extend(buckets.iter().flat_map(|bucket| [bucket.start, bucket.end]));
    bounds.extend(
        comparison
            .iter()
            .flat_map(|window| [window.start, window.end]),
    );
    bounds.sort_unstable();
    bounds.dedup();

    bounds
        .windows(2)
        .map(|pair| Segment {
            start: pair[0],
            end: pair[1],
            bucket: bucket_at(buckets, pair[0]),
            compared: comparison.is_some_and(|window| window.contains(pair[0])),
        })
        .filter(|segment| segment.bucket.is_some() || segment.compared)
        .collect()
}

fn bucket_at(buckets: &[Bucket], instant: Instant) -> Option<usize> {
    let after = buckets.partition_point(|bucket| bucket.start <= instant);
    let position = after.checked_sub(1)?;
    buckets[position].contains(instant).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buckets::{Granularity, buckets};
    use tidemark_domain::{LocalDay, Zone};

    fn window(first_day: &str, last_day: &str) -> Window {
        let day = |text| LocalDay::parse(text).unwrap();
        Window::between_days(day(first_day), day(last_day), &Zone::utc())
    }

    #[test]
    fn an_overlap_is_cut_so_that_each_row_is_read_once() {
        let shown = buckets(
            &window("2026-01-02", "2026-01-03"),
            Granularity::Day,
            &Zone::utc(),
        );
        let pieces = segments(&shown, Some(&window("2026-01-01", "2026-01-02")));
        let seen: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.bucket, piece.compared))
            .collect();
        assert_eq!(seen, [(None, true), (Some(0), true), (Some(1), false)]);
    }

    #[test]
    fn a_hole_between_the_windows_is_not_read() {
        let shown = buckets(
            &window("2026-06-01", "2026-06-01"),
            Granularity::Day,
            &Zone::utc(),
        );
        let pieces = segments(&shown, Some(&window("2025-06-01", "2025-06-01")));
        let seen: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.bucket, piece.compared))
            .collect();
        assert_eq!(seen, [(None, true), (Some(0), false)]);
        assert_eq!(pieces[0].end.since(pieces[0].start).as_secs(), 86_400);
    }

    #[test]
    fn no_window_has_no_segment() {
        assert!(segments(&[], None).is_empty());
    }
}
