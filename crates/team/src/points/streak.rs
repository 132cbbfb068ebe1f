//! Streaks: consecutive local days of the agency with at least one shift on time and none missed.
//!
//! Derived from the days, never counted up (defect D162). A day without a shift ends a streak; today
//! does not, before it is over.

use std::collections::BTreeMap;

use serde::Serialize;
use tidemark_domain::{Instant, LocalDay, Zone};

/// A member's streak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Streak {
    /// days in a row up to today, or up to yesterday while today has nothing yet
    pub current: u32,
    /// the longest one of the days looked at
    pub best: u32,
}

/// The streak from when shifts were planned that were on time, and that were missed.
pub fn streak(on_time: &[Instant], missed: &[Instant], zone: &Zone, now: Instant) -> Streak {
    let mut days: BTreeMap<LocalDay, bool> = BTreeMap::new();
    days.extend(on_time.iter().map(|at| (zone.day_of(*at), true)));
    days.extend(missed.iter().map(|at| (zone.day_of(*at), false)));
    let today = zone.day_of(now);
    let mut streak = Streak::default();
    let mut running = 0;
    let mut last: Option<LocalDay> = None;
    for (day, good) in days {
        let follows = last.is_some_and(|last| last.plus_days(1) == day);
        running = match (good, follows) {
            (false, _) => 0,
            (true, true) => running + 1,
            (true, false) => 1,
        };
        streak.best = streak.best.max(running);
        last = Some(day);
    }
    if last.is_some_and(|last| last >= today.plus_days(-1)) {
        streak.current = running;
    }
    streak
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn d162_a_streak_is_made_of_days_and_a_second_shift_adds_none() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let on_time = [
            at("2026-11-20T08:00:00Z"),
            at("2026-11-21T08:00:00Z"),
            at("2026-11-21T18:00:00Z"),
            // 00:30 on the 22nd in Berlin
            at("2026-11-21T23:30:00Z"),
        ];
        let now = at("2026-11-22T12:00:00Z");
        let expected = Streak {
            current: 3,
            best: 3,
        };
        assert_eq!(streak(&on_time, &[], &zone, now), expected);
    }

    #[test]
    fn a_missed_shift_and_a_day_without_one_end_a_streak() {
        let zone = Zone::utc();
        let on_time = [
            at("2026-11-17T08:00:00Z"),
            at("2026-11-18T08:00:00Z"),
            at("2026-11-20T08:00:00Z"),
            at("2026-11-21T08:00:00Z"),
        ];
        let now = at("2026-11-22T12:00:00Z");
        assert_eq!(
            streak(&on_time, &[], &zone, now),
            Streak {
                current: 2,
                best: 2
            }
        );
        let missed = [at("2026-11-21T18:00:00Z")];
        assert_eq!(
            streak(&on_time, &missed, &zone, now),
            Streak {
                current: 0,
                best: 2
            }
        );
        let later = at("2026-11-23T00:00:00Z");
        assert_eq!(streak(&on_time, &[], &zone, later).current, 0);
    }

    #[test]
    fn a_streak_goes_on_through_the_days_on_which_clocks_change() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let first = LocalDay::parse("2026-10-23").unwrap();
        let on_time: Vec<Instant> = (0..5)
            .map(|day| zone.start_of(first.plus_days(day)))
            .collect();
        let now = zone.start_of(first.plus_days(5));
        assert_eq!(streak(&on_time, &[], &zone, now).current, 5);
    }
}
