//! Local days of the agency.

use std::time::Duration;

use tidemark_domain::{Instant, LocalDay, Zone};

use crate::support::{Agency, HOUR, database, models};

async fn move_to(agency: &Agency<'_>, zone: &str) {
    let statement =
        format!("update agencies set timezone = '{zone}' where agency_id = $1 returning 1");
    agency.lab.query(&statement).await;
}

/// Every row of the history: its day, the instant it is the level of, whether it is derived.
async fn labels(agency: &Agency<'_>) -> Vec<(LocalDay, Instant, bool, i64)> {
    let rows = agency
        .lab
        .query(
            "select day::text, micros_of(observed_at), derived, subscribers \
             from subscriber_history where agency_id = $1 order by day",
        )
        .await;
    rows.iter()
        .map(|row| {
            let day: String = row.get(0).unwrap();
            let day = LocalDay::parse(&day).unwrap();
            (
                day,
                row.get(1).unwrap(),
                row.get(2).unwrap(),
                row.get(3).unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_snapshot_belongs_to_the_agencys_local_day() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(100), &database, false).await;
    move_to(&agency, "Pacific/Kiritimati").await;
    let zone = Zone::parse("Pacific/Kiritimati").unwrap();
    for _ in 0..8 {
        agency.scheduled().await;
        let seen = labels(&agency).await;
        let newest = seen.iter().rfind(|row| !row.2).unwrap();
        assert_eq!(newest.0, zone.day_of(agency.now()));
        agency.lab.pass(7 * HOUR);
    }
}

#[tokio::test]
async fn a_change_of_the_agencys_zone_moves_the_history_with_it() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(2_000), &database, false).await;
    agency.settle().await;
    let model = agency.lab.model();
    for round in 0..24 {
        agency.lab.pass(5 * HOUR);
        if round % 2 == 0 {
            agency.subscribe(model);
        }
        agency.scheduled().await;
    }
    for name in [
        "Pacific/Kiritimati",
        "Pacific/Honolulu",
        "Asia/Kathmandu",
        "UTC",
    ] {
        let before = labels(&agency).await;
        move_to(&agency, name).await;
        agency.lab.pass(Duration::from_mins(5));
        agency.scheduled().await;
        let after = labels(&agency).await;
        let zone = Zone::parse(name).unwrap();
        let truth = agency.true_levels(model);
        for (day, at, derived, subscribers) in &after {
            let half_a_day = Duration::from_hours(if *derived { 12 } else { 0 });
            assert_eq!(*day, zone.day_of(at.minus(half_a_day)), "{name}");
            let was = before.iter().find(|row| row.1 == *at && row.2 == *derived);
            let is_new = *at >= agency.now().minus(Duration::from_mins(5));
            // Where two levels of one day became one, a hole beside it may be filled.
            let filled = || truth[&Zone::utc().day_of(at.minus(half_a_day))];
            let expected = was.map_or_else(filled, |was| was.3);
            assert!(is_new || *subscribers == expected, "{name} {day}");
        }
        // In time as in days, and nearly all of it: two levels of one day may have become one.
        let seen: Vec<_> = after.iter().filter(|row| !row.2).collect();
        assert!(seen.is_sorted_by(|one, other| one.1 < other.1), "{name}");
        assert!(after.len() + 4 >= before.len(), "{name}");
        assert!(
            after.iter().all(|row| row.0 <= zone.day_of(agency.now())),
            "{name}"
        );
    }
}

#[tokio::test]
async fn d097_a_derived_level_stands_on_the_local_day_that_shares_most_of_its_utc_day() {
    for (name, shift) in [
        ("Europe/Berlin", 0),
        ("America/New_York", 0),
        ("Pacific/Kiritimati", 1),
    ] {
        let database = database().await;
        let agency = Agency::of(models(1).transactions(2_000), &database, false).await;
        move_to(&agency, name).await;
        agency.settle().await;
        let truth = agency.true_levels(agency.lab.model());
        let mut derived = 0;
        for (day, _, is_derived, subscribers) in labels(&agency).await {
            if is_derived {
                assert_eq!(subscribers, truth[&day.plus_days(-shift)], "{name} {day}");
                derived += 1;
            }
        }
        assert!(derived > 300, "{name}");
    }
}

#[tokio::test]
async fn clocks_that_differ_around_midnight_shift_no_day() {
    for ahead in [-600, 600] {
        let database = database().await;
        let agency = Agency::of(models(1).transactions(1_000), &database, false).await;
        let model = agency.lab.model();
        let now = agency.lab.true_now();
        let midnight = Zone::utc().start_of(agency.today().plus_days(1));
        // Five minutes after Fanvue's midnight, with a subscriber on the new day.
        agency
            .lab
            .pass(midnight.since(now) + Duration::from_mins(5));
        agency.subscribe(model);
        agency.lab.set_clock_ahead(ahead);
        agency.settle().await;
        let truth = agency.true_levels(model);
        for (day, level) in agency.history(model).await {
            assert!(
                !level.derived || level.subscribers == truth[&day],
                "{ahead} {day}"
            );
        }
    }
}
