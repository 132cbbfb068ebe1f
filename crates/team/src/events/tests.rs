use std::time::Duration;

use super::*;
use crate::punctuality::Subject;

const MEMBER: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn minute(minutes: u64) -> Instant {
    Instant::from_micros(0).plus(Duration::from_mins(minutes))
}

/// The records of one shift, checked again and again.
#[derive(Default)]
struct Records(Vec<Recorded>);

impl Records {
    /// One check; returns what it added, as kind, occurrence and whether it takes back.
    fn check(
        &mut self,
        member_id: Uuid,
        (start, clock_in, cancelled): (u64, Option<u64>, Option<u64>),
        now: u64,
    ) -> Vec<(&'static str, i32, bool)> {
        let rules = Rules::default();
        let planned = (minute(start), minute(start + 480));
        let subject = Subject::shift(
            planned,
            clock_in.map(minute),
            cancelled.map(minute),
            rules.thresholds(),
        );
        let now = present(&self.0, minute(now));
        let standing = Standing {
            kind: SubjectKind::Shift,
            member_id,
            planned_at: planned.0,
            history: &subject.history(now),
            rules: &rules,
            quiet: false,
        };
        let events = missing(&standing, &self.0);
        for event in &events {
            self.record(event, now);
        }
        let shown = events.iter();
        shown
            .map(|event| (event.kind, event.occurrence, event.withdrawal))
            .collect()
    }

    fn record(&mut self, event: &Event, now: Instant) {
        let key = (event.kind, event.occurrence);
        if event.withdrawal {
            let mut records = self.0.iter_mut();
            let record = records
                .find(|record| (record.kind.as_str(), record.occurrence) == key)
                .unwrap();
            assert!(!record.withdrawn, "taken back twice: {event:?}");
            assert_eq!(event.points, -record.points);
            record.withdrawn = true;
            record.last_found_at = now;
            return;
        }
        let twice = self
            .0
            .iter()
            .any(|record| (record.kind.as_str(), record.occurrence) == key);
        assert!(!twice, "found twice: {event:?}");
        self.0.push(Recorded {
            kind: event.kind.to_owned(),
            occurrence: event.occurrence,
            withdrawn: false,
            member_id: event.member_id,
            planned_at: event.planned_at,
            occurred_at: event.occurred_at,
            minutes_late: event.minutes_late,
            points: event.points,
            last_found_at: now,
        });
    }

    fn points(&self, member: Uuid) -> i64 {
        let standing = self.0.iter().filter(|record| !record.withdrawn);
        standing
            .filter(|record| record.member_id == member)
            .map(|record| record.points)
            .sum()
    }
}

#[test]
fn d106_a_check_that_runs_again_finds_nothing_new() {
    let mut records = Records::default();
    let nobody = (0, None, None);
    assert_eq!(
        records.check(MEMBER, nobody, 11),
        [("shift_late", 1, false)]
    );
    for now in [11, 12, 60, 120] {
        assert_eq!(records.check(MEMBER, nobody, now), []);
    }
    assert_eq!(
        records.check(MEMBER, nobody, 400),
        [("shift_missed", 1, false)]
    );
    assert_eq!(records.check(MEMBER, nobody, 500), []);
}

#[test]
fn a_late_clock_in_takes_missed_back_and_costs_what_late_costs() {
    let mut records = Records::default();
    records.check(MEMBER, (0, None, None), 400);
    assert_eq!(records.points(MEMBER), -50);
    assert_eq!(
        records.check(MEMBER, (0, Some(130), None), 401),
        [("shift_missed", 1, true), ("shift_late_resolved", 1, false)]
    );
    assert_eq!(records.points(MEMBER), -10);
}

#[test]
fn a_clock_in_that_is_entered_afterwards_makes_the_shift_on_time() {
    let mut records = Records::default();
    records.check(MEMBER, (0, None, None), 400);
    records.check(MEMBER, (0, Some(5), None), 401);
    assert_eq!(records.points(MEMBER), 10);
    assert_eq!(records.check(MEMBER, (0, Some(5), None), 500), []);
}

#[test]
fn another_member_takes_the_shift_over_with_its_points() {
    let mut records = Records::default();
    records.check(MEMBER, (0, None, None), 400);
    records.check(OTHER, (0, None, None), 401);
    assert_eq!((records.points(MEMBER), records.points(OTHER)), (0, -50));
}

#[test]
fn another_plan_begins_another_occurrence() {
    let mut records = Records::default();
    records.check(MEMBER, (0, None, None), 400);
    assert_eq!(
        records.check(MEMBER, (600, None, None), 401),
        [("shift_late", 1, true), ("shift_missed", 1, true)]
    );
    assert_eq!(records.points(MEMBER), 0);
    assert_eq!(
        records.check(MEMBER, (600, None, None), 1_000),
        [("shift_late", 2, false), ("shift_missed", 2, false)]
    );
}

#[test]
fn cancelling_takes_everything_back() {
    let mut records = Records::default();
    records.check(MEMBER, (0, None, None), 400);
    records.check(MEMBER, (0, None, Some(401)), 402);
    assert_eq!(records.points(MEMBER), 0);
    assert!(records.0.iter().all(|record| record.withdrawn));
    assert_eq!(records.check(MEMBER, (0, None, Some(401)), 500), []);
}

#[test]
fn a_clock_that_goes_back_takes_nothing_back() {
    let mut records = Records::default();
    records.check(MEMBER, (0, None, None), 400);
    assert_eq!(records.check(MEMBER, (0, None, None), 5), []);
}
