//! A plan in terms of the roll-ups: which whole days of their zone to take from them, and which
//! rest to read from the ledger (see `migrations/0003_roll_ups.sql` and after).

use tidemark_domain::{AgencyId, Instant, LocalDay, ModelId, Zone};
use tidemark_ports::Value;

use crate::plan::Plan;

/// Agencies with more unsettled fans than this are answered from the ledger: reading each of those
/// fans' rows costs more by then.
pub const MOST_UNSETTLED_FANS: i64 = 500;

/// The part of a span of time that consists of whole local days, and the rest around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeDays {
    /// first and last whole day; none where the first comes after the last
    pub days: (LocalDay, LocalDay),
    /// what lies before and after them, half-open, oldest first
    pub rest: Vec<(Instant, Instant)>,
}

impl WholeDays {
    /// Splits `start` ≤ t < `end`.
    pub fn within(start: Instant, end: Instant, zone: &Zone) -> Self {
        let day_of_start = zone.day_of(start);
        let begins_whole = zone.start_of(day_of_start) == start;
        let first = day_of_start.plus_days(i32::from(!begins_whole));
        let last = zone.day_of(end).plus_days(-1);
        let mut rest = if first <= last {
            let after_last = zone.start_of(last.plus_days(1));
            vec![(start, zone.start_of(first)), (after_last, end)]
        } else {
            vec![(start, end)]
        };
        rest.retain(|(from, until)| from < until);
        Self {
            days: (first, last),
            rest,
        }
    }

    fn is_empty(&self) -> bool {
        self.days.0 > self.days.1
    }
}

/// The parameters of [`crate::statements::ROLLED`], all but those that every statement about money
/// shares.
pub(crate) fn parameters(
    agency: AgencyId,
    model: Option<ModelId>,
    zone: &Zone,
    plan: &Plan,
) -> Vec<Value> {
    let mut parameters = vec![agency.into(), model.into(), zone.name().into()];
    let mut pieces = Columns::<3>::default();
    let mut rests = Columns::<3>::default();
    for (slot, segment) in (1..).zip(&plan.segments) {
        let split = WholeDays::within(segment.start, segment.end, zone);
        if !split.is_empty() {
            pieces.push([slot, number_of(split.days.0), number_of(split.days.1)]);
        }
        for (from, until) in split.rest {
            rests.push([slot, from.micros(), until.micros()]);
        }
    }
    let mut windows = Columns::<4>::default();
    let mut edges = Columns::<3>::default();
    let mut boxes = Columns::<6>::default();
    let mut marks = Columns::<3>::default();
    for (slot, window) in (1..).zip(plan.windows()) {
        let split = WholeDays::within(window.start, window.end, zone);
        let days = split.days;
        windows.push([
            window.start.micros(),
            window.end.micros(),
            number_of(days.0),
            number_of(days.1),
        ]);
        if !split.is_empty() {
            for gaps in gap_boxes(days.0, days.1) {
                boxes.push([
                    slot,
                    gaps.coarse,
                    number_of(gaps.days.0),
                    number_of(gaps.days.1),
                    number_of(gaps.previous.0),
                    number_of(gaps.previous.1),
                ]);
            }
        }
        for (from, until) in split.rest {
            edges.push([slot, from.micros(), until.micros()]);
        }
        for at in [window.start, window.end] {
            let day = zone.day_of(at);
            let last_whole = number_of(day.plus_days(-1));
            marks.push([last_whole, zone.start_of(day).micros(), at.micros()]);
        }
    }
    parameters.extend(pieces.values());
    parameters.extend(rests.values());
    parameters.extend(windows.values());
    parameters.extend(edges.values());
    parameters.extend(boxes.values());
    parameters.extend(marks.values());
    parameters
}

/// Days since 1970-01-01.
fn number_of(day: LocalDay) -> i64 {
    day.days_since(LocalDay::EPOCH).into()
}

/// A range of days and a range of previous purchase days in `fan_gaps`, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct GapBox {
    coarse: i64,
    days: (LocalDay, LocalDay),
    previous: (LocalDay, LocalDay),
}

/// By month on neither side, on that of the previous day, of the day, on both.
const FINE: i64 = 0;
const PREVIOUS_BY_MONTH: i64 = 1;
const DAY_BY_MONTH: i64 = 2;
const BOTH_BY_MONTH: i64 = 3;

/// The gaps whose day lies in `first..=last` and whose previous day lies before `first`: of each fan
/// that bought in those days exactly one. Whole months are taken by month on either side, and what is
/// left by day, one box per day, so that each is one range of the index.
fn gap_boxes(first: LocalDay, last: LocalDay) -> Vec<GapBox> {
    let month = first.start_of_month();
    let earlier_months = (LocalDay::BEFORE_ALL, month.plus_days(-1));
    let earlier_days = (month < first).then(|| (month, first.plus_days(-1)));
    let first_month = if month == first {
        month
    } else {
        first.start_of_next_month()
    };
    let after_months = last.plus_days(1).start_of_month();
    let (mut boxes, mut loose) = (Vec::new(), Vec::new());
    if first_month < after_months {
        let months = (first_month, after_months.plus_days(-1));
        boxes.push(GapBox {
            coarse: BOTH_BY_MONTH,
            days: months,
            previous: earlier_months,
        });
        let mut next = first_month;
        while let Some(previous) = earlier_days.filter(|_| next < after_months) {
            boxes.push(GapBox {
                coarse: DAY_BY_MONTH,
                days: (next, next),
                previous,
            });
            next = next.start_of_next_month();
        }
        loose.push((first, first_month.plus_days(-1)));
        loose.push((after_months, last));
    } else {
        loose.push((first, last));
    }
    for (from, until) in loose.into_iter().filter(|(from, until)| from <= until) {
        boxes.push(GapBox {
            coarse: PREVIOUS_BY_MONTH,
            days: (from, until),
            previous: earlier_months,
        });
        let mut day = from;
        while let Some(previous) = earlier_days.filter(|_| day <= until) {
            boxes.push(GapBox {
                coarse: FINE,
                days: (day, day),
                previous,
            });
            day = day.plus_days(1);
        }
    }
    boxes
}

/// Rows of numbers, handed to a statement column by column.
#[derive(Debug)]
struct Columns<const WIDTH: usize>([Vec<i64>; WIDTH]);

impl<const WIDTH: usize> Default for Columns<WIDTH> {
    fn default() -> Self {
        Self([const { Vec::new() }; WIDTH])
    }
}

impl<const WIDTH: usize> Columns<WIDTH> {
    fn push(&mut self, row: [i64; WIDTH]) {
        for (column, number) in self.0.iter_mut().zip(row) {
            column.push(number);
        }
    }

    fn values(self) -> impl Iterator<Item = Value> {
        self.0.into_iter().map(Value::Int8Array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    fn instant(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    /// How many boxes hold the pair of days.
    fn times_counted(boxes: &[GapBox], on: LocalDay, previous: LocalDay) -> usize {
        let month_of = LocalDay::start_of_month;
        let holds = |gaps: &&GapBox| {
            let on = if gaps.coarse >= DAY_BY_MONTH {
                month_of(on)
            } else {
                on
            };
            let by_month = gaps.coarse % 2 == 1;
            let previous = if by_month {
                month_of(previous)
            } else {
                previous
            };
            (gaps.days.0..=gaps.days.1).contains(&on)
                && (gaps.previous.0..=gaps.previous.1).contains(&previous)
        };
        boxes.iter().filter(holds).count()
    }

    #[test]
    fn a_span_is_whole_days_and_a_rest_on_either_side() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let whole = WholeDays::within(
            instant("2026-11-20T23:00:00Z"),
            instant("2026-11-22T23:00:00Z"),
            &berlin,
        );
        assert_eq!(whole.days, (day("2026-11-21"), day("2026-11-22")));
        assert!(whole.rest.is_empty());

        let (start, end) = (
            instant("2026-11-20T22:00:00Z"),
            instant("2026-11-22T01:00:00Z"),
        );
        let cut = WholeDays::within(start, end, &berlin);
        assert_eq!(cut.days, (day("2026-11-21"), day("2026-11-21")));
        let midnights = (
            instant("2026-11-20T23:00:00Z"),
            instant("2026-11-21T23:00:00Z"),
        );
        assert_eq!(cut.rest, [(start, midnights.0), (midnights.1, end)]);

        let hour = (
            instant("2026-11-20T10:00:00Z"),
            instant("2026-11-20T11:00:00Z"),
        );
        let inside_a_day = WholeDays::within(hour.0, hour.1, &berlin);
        assert!(inside_a_day.is_empty());
        assert_eq!(inside_a_day.rest, [hour]);
    }

    #[test]
    fn the_boxes_hold_each_gap_into_the_window_once_and_no_other() {
        for (first, last) in [
            ("2026-01-01", "2026-03-31"),
            ("2026-01-15", "2026-01-20"),
            ("2026-01-15", "2026-02-14"),
            ("2026-01-15", "2026-04-10"),
            ("2026-01-01", "2026-01-01"),
            ("2025-12-31", "2026-03-01"),
        ] {
            let (first, last) = (day(first), day(last));
            let boxes = gap_boxes(first, last);
            for offset in -70..140 {
                let on = first.plus_days(offset);
                for before in [1, 2, 14, 15, 16, 30, 31, 32, 45, 60, 365, 20_000] {
                    let previous = on.plus_days(-before);
                    let wanted = first <= on && on <= last && previous < first;
                    let counted = times_counted(&boxes, on, previous);
                    assert_eq!(
                        counted,
                        usize::from(wanted),
                        "{first} {last}: {previous} {on}"
                    );
                }
                let wanted = first <= on && on <= last;
                let counted = times_counted(&boxes, on, LocalDay::BEFORE_ALL);
                assert_eq!(counted, usize::from(wanted));
            }
        }
    }

    #[test]
    fn a_year_takes_some_dozens_of_index_ranges() {
        assert!(gap_boxes(day("2025-11-23"), day("2026-11-22")).len() < 80);
    }
}
