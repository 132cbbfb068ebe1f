//! Defects of the original system that have to do with days and zones, by their number.

use crate::defects::{berlin, chart, kpi};
use crate::world::{World, day, instant};
use serde_json::json;

#[test]
fn d086_today_bar_missing() {
    for zone in [
        "Pacific/Kiritimati",
        "Europe/Berlin",
        "America/New_York",
        "Pacific/Chatham",
    ] {
        let mut world = World::new("2026-11-22T23:30:00Z", zone, 1);
        world.sale("2026-11-22T23:29:00Z", "tip", 700, 1);
        let points = chart(&world, &[("timeRange", "7d")]);
        let last = points.last().unwrap();
        assert_eq!(
            (points.len(), &last["total"], &last["partial"]),
            (7, &json!(7), &json!(true))
        );
    }
}

#[test]
fn d087_day_lost_between_clock_reads() {
    let mut world = berlin();
    world.now = instant("2026-11-22T22:59:59.999999Z");
    assert_eq!(
        chart(&world, &[("timeRange", "7d")]).last().unwrap()["date"],
        "2026-11-22"
    );
    assert_eq!(world.clock_reads.get(), 1);
    world.now = instant("2026-11-22T23:00:00Z");
    assert_eq!(
        chart(&world, &[("timeRange", "7d")]).last().unwrap()["date"],
        "2026-11-23"
    );
}

#[test]
fn d088_label_shift_west_and_d090_utc_days_for_local_users() {
    let mut world = World::new("2026-11-22T12:00:00Z", "America/New_York", 1);
    // 22:30 in New York on the 20th, already the 21st in UTC.
    world.sale("2026-11-21T03:30:00Z", "tip", 700, 1);
    let on = |zone: &str| {
        let points = chart(&world, &[("timeRange", "7d"), ("tz", zone)]);
        let found = points
            .into_iter()
            .find(|point| point["total"] != 0)
            .unwrap();
        found["date"].as_str().unwrap().to_owned()
    };
    assert_eq!(on("America/New_York"), "2026-11-20");
    assert_eq!(on("UTC"), "2026-11-21");
}

#[test]
fn d090_both_clock_changes_keep_their_rows() {
    for (zone, on, hours) in [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Pacific/Chatham", "2026-09-27", 23),
    ] {
        let mut world = World::new("2026-11-22T12:00:00Z", zone, 1);
        let start = tidemark_domain::Zone::parse(zone)
            .unwrap()
            .start_of(day(on));
        for hour in -1..=hours {
            world.sale("2026-01-01T00:00:00Z", "tip", 100, 1);
            let at = start.micros() + hour * 3_600_000_000;
            world.rows.last_mut().unwrap().at = tidemark_domain::Instant::from_micros(at);
        }
        let points = chart(&world, &[("startDate", on), ("endDate", on)]);
        assert_eq!(
            (points.len(), &points[0]["total"]),
            (1, &json!(hours)),
            "{zone} {on}"
        );
    }
}

#[test]
fn d091_preset_bounds() {
    let mut world = berlin();
    world
        .sale("2026-11-01T12:00:00Z", "tip", 100, 1)
        .sale("2026-11-21T23:00:00Z", "tip", 200, 1);
    let yesterday = [("startDate", "2026-11-21"), ("endDate", "2026-11-21")];
    assert_eq!(kpi(&world, &yesterday, "totalRevenue"), json!(0));
    let since = world.body(&[("startDate", "2026-11-02")]);
    assert_eq!(since["meta"]["endDate"], "2026-11-22");
    assert_eq!(since["kpiMetrics"]["totalRevenue"], 2);
    let until = world.body(&[("endDate", "2026-11-21")]);
    assert_eq!(until["meta"]["startDate"], "2026-11-01");
    assert_eq!(until["kpiMetrics"]["totalRevenue"], 1);
}

#[test]
fn d093_all_starts_in_2020() {
    let mut world = berlin();
    world.sale("2023-04-05T23:30:00Z", "tip", 100, 1);
    let body = world.body(&[("timeRange", "all")]);
    assert_eq!(body["meta"]["startDate"], "2023-04-06");
    assert_eq!(body["chartData"][0]["date"], "2023-04-06");
}

#[test]
fn d096_default_window_mismatch() {
    let meta = berlin().body(&[])["meta"].take();
    assert_eq!(
        (&meta["startDate"], &meta["endDate"]),
        (&json!("2026-10-24"), &json!("2026-11-22"))
    );
    assert_eq!(meta["granularity"], "day");
}
