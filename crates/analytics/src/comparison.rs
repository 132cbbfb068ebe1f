//! The window that the KPIs are compared with.
//!
//! An unfinished window is compared with the same elapsed part of the other: whole days with whole
//! days, and today, from midnight to now, with as much of its counterpart.

use serde::Serialize;
use tidemark_domain::{Instant, LocalDay, Zone};

use crate::window::{Bound, Window};

/// Which window to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    /// The equally long window just before.
    Previous,
    /// The same days a year earlier.
    Year,
    /// None.
    None,
}

/// The window to compare `window` with, or `None` when none was asked for or there is nothing to
/// compare. `ledger_start` is the first transaction in scope where the window begins with it
/// (`timeRange=all`); a comparison that lies wholly before it is no comparison.
pub fn comparison(
    compare: Compare,
    window: &Window,
    zone: &Zone,
    ledger_start: Option<Instant>,
    now: Instant,
) -> Option<Window> {
    let compared = compared_at(compare, window, zone, now)?;
    let reaches_the_ledger = ledger_start.is_none_or(|start| compared.end > start);
    reaches_the_ledger.then_some(compared)
}

/// The window to compare with, whether or not the ledger reaches back so far.
pub(crate) fn compared_at(
    compare: Compare,
    window: &Window,
    zone: &Zone,
    now: Instant,
) -> Option<Window> {
    if window.is_empty() {
        return None;
    }
    match compare {
        Compare::None => None,
        Compare::Year => Some(shifted(window, zone, now, LocalDay::year_earlier)),
        Compare::Previous if window.has_whole_days(zone) => {
            let days = window.days();
            Some(shifted(window, zone, now, |day| day.plus_days(-days)))
        }
        Compare::Previous => Some(just_before(window, zone, now)),
    }
}

/// Whether days are compared with their counterparts; else a length of time with the one before it.
pub(crate) fn goes_by_days(compare: Compare, window: &Window, zone: &Zone) -> bool {
    compare == Compare::Year || window.has_whole_days(zone)
}

/// The window whose every local day is replaced by its counterpart.
fn shifted(
    window: &Window,
    zone: &Zone,
    now: Instant,
    counterpart: impl Fn(LocalDay) -> LocalDay,
) -> Window {
    let moved = |instant: Instant, day: LocalDay| {
        let target = counterpart(day);
        let past_midnight = instant.since(zone.start_of(day));
        zone.start_of(target)
            .plus(past_midnight)
            .min(zone.start_of(target.plus_days(1)))
    };
    let today = zone.day_of(now);
    let (end, last_day) = if window.contains(now) {
        (moved(now, today), counterpart(today))
    } else if window.end == zone.start_of(window.last_day.plus_days(1)) {
        let last_day = counterpart(window.last_day);
        (zone.start_of(last_day.plus_days(1)), last_day)
    } else {
        (
            moved(window.end, window.last_day),
            counterpart(window.last_day),
        )
    };
    let first_day = counterpart(window.first_day);
    from_instants(
        moved(window.start, window.first_day),
        end,
        first_day,
        last_day,
    )
}

/// The same length of time that ends where the window begins.
fn just_before(window: &Window, zone: &Zone, now: Instant) -> Window {
    let start = window.start.minus(window.end.since(window.start));
    let end = if window.contains(now) {
        start.plus(now.since(window.start))
    } else {
        window.start
    };
    let last_inside = Instant::from_micros(end.micros().saturating_sub(1)).max(start);
    from_instants(start, end, zone.day_of(start), zone.day_of(last_inside))
}

/// A comparison always shows days: an instant that moves with "now" would change the body, and
/// its `ETag`, with every request.
fn from_instants(start: Instant, end: Instant, first_day: LocalDay, last_day: LocalDay) -> Window {
    Window {
        start,
        end,
        first_day,
        last_day,
        start_shown: Bound::Day(first_day),
        end_shown: Bound::Day(last_day),
    }
}
