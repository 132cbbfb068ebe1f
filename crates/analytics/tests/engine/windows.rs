//! Windows, buckets and comparisons, in zones where they are hard.

use tidemark_analytics::buckets::{Bucket, Granularity, buckets};
use tidemark_analytics::comparison::{Compare, comparison};
use tidemark_analytics::window::{Bound, Span, Window};
use tidemark_domain::{Instant, Zone};

use crate::world::{day, instant};

const ZONES: [&str; 9] = [
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/New_York",
    "Europe/Berlin",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Apia",
];

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

fn days(first: &str, last: &str, zone_name: &str) -> Window {
    Window::between_days(day(first), day(last), &zone(zone_name))
}

fn between(start: &str, end: &str, zone_name: &str) -> Window {
    let span = Span::Between {
        start: Some(Bound::Instant(instant(start))),
        end: Some(Bound::Instant(instant(end))),
    };
    Window::resolve(span, &zone(zone_name), None, instant(end)).unwrap()
}

fn shown(bounds: (Instant, Instant)) -> (String, String) {
    (bounds.0.to_string(), bounds.1.to_string())
}

fn dates(points: &[Bucket]) -> Vec<String> {
    points
        .iter()
        .map(|bucket| bucket.first_day.to_string())
        .collect()
}

#[test]
fn the_last_days_include_today_as_the_zone_sees_it() {
    // 11:30 UTC on the 22nd is already the 23rd at UTC+14 and still the 22nd in New York.
    let now = instant("2026-11-22T11:30:00Z");
    let table = [
        (
            "Pacific/Kiritimati",
            "2026-11-17",
            "2026-11-16T10:00:00.000Z",
        ),
        ("Asia/Kolkata", "2026-11-16", "2026-11-15T18:30:00.000Z"),
        ("Asia/Kathmandu", "2026-11-16", "2026-11-15T18:15:00.000Z"),
        ("Pacific/Chatham", "2026-11-17", "2026-11-16T10:15:00.000Z"),
        ("America/New_York", "2026-11-16", "2026-11-16T05:00:00.000Z"),
        ("Europe/Berlin", "2026-11-16", "2026-11-15T23:00:00.000Z"),
    ];
    for (name, first_day, start) in table {
        let window = Window::resolve(Span::LastDays(7), &zone(name), None, now).unwrap();
        assert_eq!(window.first_day, day(first_day), "{name}");
        assert_eq!(window.start.to_string(), start, "{name}");
        assert_eq!((window.days(), window.contains(now)), (7, true), "{name}");
        assert_eq!(
            window.end,
            zone(name).start_of(window.last_day.plus_days(1)),
            "{name}"
        );
    }
}

#[test]
fn days_across_a_clock_change_have_23_or_25_hours() {
    let table = [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Pacific/Chatham", "2026-04-05", 25),
        ("Pacific/Chatham", "2026-09-27", 23),
        ("America/Havana", "2025-11-02", 25),
        ("Africa/Cairo", "2026-04-24", 23),
        ("Asia/Kathmandu", "2026-03-29", 24),
    ];
    for (name, text, hours) in table {
        let window = days(text, text, name);
        assert_eq!(
            window.end.since(window.start).as_secs(),
            hours * 3600,
            "{name} {text}"
        );
        assert_eq!(buckets(&window, Granularity::Day, &zone(name)).len(), 1);
    }
}

#[test]
fn the_day_that_apia_skipped_has_no_point() {
    let window = days("2011-12-29", "2011-12-31", "Pacific/Apia");
    let points = buckets(&window, Granularity::Day, &zone("Pacific/Apia"));
    assert_eq!(dates(&points), ["2011-12-29", "2011-12-31"]);
    assert_eq!(points[0].end, points[1].start);
}

#[test]
fn buckets_tile_every_window_in_every_zone() {
    for name in ZONES {
        for (first, last) in [("2026-02-11", "2026-04-20"), ("2026-09-15", "2026-11-12")] {
            for granularity in [Granularity::Day, Granularity::Week, Granularity::Month] {
                let window = days(first, last, name);
                let points = buckets(&window, granularity, &zone(name));
                assert_eq!(points[0].start, window.start);
                assert_eq!(points.last().unwrap().end, window.end);
                for pair in points.windows(2) {
                    assert_eq!(pair[0].end, pair[1].start, "{name}");
                    assert_eq!(pair[0].last_day.plus_days(1), pair[1].first_day, "{name}");
                }
            }
        }
    }
}

#[test]
fn weeks_begin_on_monday_and_months_on_the_first_but_never_outside_of_the_window() {
    let window = days("2026-11-11", "2026-12-02", "Europe/Berlin");
    let weeks = buckets(&window, Granularity::Week, &zone("Europe/Berlin"));
    assert_eq!(
        dates(&weeks),
        ["2026-11-11", "2026-11-16", "2026-11-23", "2026-11-30"]
    );
    assert_eq!(weeks[3].last_day, day("2026-12-02"));
    let months = buckets(&window, Granularity::Month, &zone("Europe/Berlin"));
    assert_eq!(dates(&months), ["2026-11-11", "2026-12-01"]);
}

#[test]
fn the_length_of_the_window_chooses_the_granularity() {
    let fitting = |last| Granularity::fitting(&days("2026-01-01", last, "UTC"));
    assert_eq!(fitting("2026-01-31"), Granularity::Day);
    assert_eq!(fitting("2026-02-01"), Granularity::Week);
    assert_eq!(fitting("2026-06-29"), Granularity::Week);
    assert_eq!(fitting("2026-06-30"), Granularity::Month);
}

#[test]
fn instants_clip_the_first_and_the_last_bucket() {
    let window = between("2026-11-20T12:00:00Z", "2026-11-22T06:00:00Z", "UTC");
    let points = buckets(&window, Granularity::Day, &Zone::utc());
    assert_eq!(dates(&points), ["2026-11-20", "2026-11-21", "2026-11-22"]);
    let clipped = (points[0].start, points[2].end);
    assert_eq!(
        shown(clipped),
        (
            "2026-11-20T12:00:00.000Z".to_owned(),
            "2026-11-22T06:00:00.000Z".to_owned()
        )
    );
    // An end at midnight does not touch the day that begins there.
    let whole = between("2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z", "UTC");
    assert_eq!((whole.last_day, whole.days()), (day("2026-11-21"), 2));
}

#[test]
fn equal_instants_are_an_empty_window_without_points() {
    let window = between("2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", "UTC");
    assert!(window.is_empty());
    assert!(buckets(&window, Granularity::Day, &Zone::utc()).is_empty());
    assert_eq!(
        comparison(Compare::Previous, &window, &Zone::utc(), None, window.start),
        None
    );
}

#[test]
fn an_order_that_only_the_zone_decides_is_checked_too() {
    let now = instant("2026-11-22T12:00:00Z");
    let span = |start, end| Span::Between {
        start: Some(start),
        end,
    };
    let in_zone = |asked, name| Window::resolve(asked, &zone(name), None, now);
    let mixed = span(
        Bound::Day(day("2026-11-22")),
        Some(Bound::Instant(instant("2026-11-21T12:00:00Z"))),
    );
    assert!(in_zone(mixed, "Pacific/Kiritimati").is_ok());
    assert_eq!(in_zone(mixed, "UTC").unwrap_err().parameter, "startDate");
    let future = span(Bound::Day(day("2026-11-24")), None);
    assert_eq!(in_zone(future, "UTC").unwrap_err().parameter, "startDate");
}

#[test]
fn a_finished_window_is_compared_with_as_many_days_before_it() {
    let berlin = zone("Europe/Berlin");
    // The seven days before hold the 25-hour day: midnight to midnight all the same.
    let window = days("2026-10-26", "2026-11-01", "Europe/Berlin");
    let now = instant("2026-11-22T12:00:00Z");
    let before = comparison(Compare::Previous, &window, &berlin, None, now).unwrap();
    assert_eq!(
        (before.first_day, before.last_day),
        (day("2026-10-19"), day("2026-10-25"))
    );
    assert_eq!(before.end, window.start);
    assert_eq!(
        before.end.since(before.start).as_secs(),
        (7 * 24 + 1) * 3600
    );
}

#[test]
fn a_window_with_today_is_compared_up_to_the_same_time_of_its_last_day() {
    let berlin = zone("Europe/Berlin");
    let now = instant("2026-10-28T09:30:00Z");
    let window = Window::resolve(Span::LastDays(7), &berlin, None, now).unwrap();
    let before = comparison(Compare::Previous, &window, &berlin, None, now).unwrap();
    // 10:30 in Berlin on both sides of the clock change.
    assert_eq!(
        shown((before.start, before.end)),
        (
            "2026-10-14T22:00:00.000Z".to_owned(),
            "2026-10-21T08:30:00.000Z".to_owned()
        )
    );
    assert_eq!(before.end_shown, Bound::Day(day("2026-10-21")));
}

#[test]
fn the_25th_hour_of_a_day_has_no_counterpart_in_the_day_before() {
    let berlin = zone("Europe/Berlin");
    let now = instant("2026-10-25T22:30:00Z");
    let window = days("2026-10-25", "2026-10-25", "Europe/Berlin");
    assert!(now.since(window.start).as_secs() > 24 * 3600);
    let before = comparison(Compare::Previous, &window, &berlin, None, now).unwrap();
    assert_eq!(before.end, window.start);
}

#[test]
fn a_year_earlier_has_the_same_days_and_keeps_the_leap_day_in() {
    let now = instant("2028-06-01T12:00:00Z");
    let window = days("2028-02-01", "2028-02-29", "UTC");
    let before = comparison(Compare::Year, &window, &Zone::utc(), None, now).unwrap();
    assert_eq!(
        (before.first_day, before.last_day),
        (day("2027-02-01"), day("2027-02-28"))
    );
    assert_eq!(before.end, instant("2027-03-01T00:00:00Z"));
    let ends_before_it = days("2028-02-01", "2028-02-28", "UTC");
    let before = comparison(Compare::Year, &ends_before_it, &Zone::utc(), None, now).unwrap();
    assert_eq!(before.end, instant("2027-03-01T00:00:00Z"));
}

#[test]
fn instants_are_compared_with_the_same_length_just_before() {
    let window = between("2026-11-20T12:00:00Z", "2026-11-20T18:00:00Z", "UTC");
    let finished = instant("2026-11-22T00:00:00Z");
    let before = comparison(Compare::Previous, &window, &Zone::utc(), None, finished).unwrap();
    assert_eq!(before.start, instant("2026-11-20T06:00:00Z"));
    assert_eq!(before.end, window.start);
    let running = instant("2026-11-20T13:00:00Z");
    let cut = comparison(Compare::Previous, &window, &Zone::utc(), None, running).unwrap();
    assert_eq!(cut.end, instant("2026-11-20T07:00:00Z"));
}

#[test]
fn all_time_has_no_previous_window_but_may_have_a_year_before() {
    let now = instant("2026-11-22T12:00:00Z");
    let first = Some(instant("2024-05-01T10:00:00Z"));
    let window = Window::resolve(Span::ALL, &Zone::utc(), first, now).unwrap();
    assert_eq!(window.first_day, day("2024-05-01"));
    let against = |compare| comparison(compare, &window, &Zone::utc(), first, now);
    assert_eq!(against(Compare::Previous), None);
    assert_eq!(against(Compare::Year).unwrap().last_day, day("2025-11-22"));
    let young = Some(instant("2026-05-01T10:00:00Z"));
    let window = Window::resolve(Span::ALL, &Zone::utc(), young, now).unwrap();
    assert_eq!(
        comparison(Compare::Year, &window, &Zone::utc(), young, now),
        None
    );
}

#[test]
fn the_echoed_bounds_ask_for_the_same_window_again() {
    let now = instant("2026-11-22T12:00:00Z");
    let berlin = zone("Europe/Berlin");
    let spans = [
        Span::LastDays(7),
        Span::Between {
            start: Some(Bound::Day(day("2026-03-01"))),
            end: None,
        },
        Span::Between {
            start: Some(Bound::Day(day("2026-03-01"))),
            end: Some(Bound::Instant(instant("2026-10-25T01:30:00.25Z"))),
        },
    ];
    for span in spans {
        let window = Window::resolve(span, &berlin, None, now).unwrap();
        let again = crate::world::query(&[
            ("startDate", &window.start_shown.to_string()),
            ("endDate", &window.end_shown.to_string()),
        ]);
        assert_eq!(Window::resolve(again.span, &berlin, None, now), Ok(window));
    }
}
