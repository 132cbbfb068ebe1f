//! When cron triggers fire.

use chrono::DateTime;
use tidemark_manifest::Schedule;

fn micros(instant: &str) -> i64 {
    let instant = DateTime::parse_from_rfc3339(instant).expect("an instant");
    instant.timestamp_micros()
}

fn firings(expression: &str, after: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::parse(expression).unwrap_or_else(|error| panic!("{error}"));
    let mut instant = micros(after);
    let mut firings = Vec::new();
    for _ in 0..count {
        instant = schedule.next_after(instant).expect("it fires again");
        let shown = DateTime::from_timestamp_micros(instant).expect("an instant");
        firings.push(shown.format("%a %Y-%m-%d %H:%M:%S").to_string());
    }
    firings
}

#[test]
fn the_application_schedules_fire_on_time() {
    assert_eq!(
        firings("0 */15 * * * *", "2026-01-31T23:40:00Z", 3),
        [
            "Sat 2026-01-31 23:45:00",
            "Sun 2026-02-01 00:00:00",
            "Sun 2026-02-01 00:15:00",
        ]
    );
    assert_eq!(
        firings("0 0 */6 * * *", "2026-02-28T18:00:00Z", 2),
        ["Sun 2026-03-01 00:00:00", "Sun 2026-03-01 06:00:00"]
    );
}

#[test]
fn a_firing_is_strictly_after_the_instant_to_the_microsecond() {
    let schedule = Schedule::parse("0 * * * * *").expect("every minute");
    let noon = micros("2026-01-01T12:00:00Z");
    assert_eq!(schedule.next_after(noon - 1), Some(noon));
    assert_eq!(schedule.next_after(noon), Some(noon + 60_000_000));
    assert_eq!(schedule.next_after(noon + 1), Some(noon + 60_000_000));
}

#[test]
fn days_of_the_week_count_from_sunday_as_zero_as_in_spin() {
    // A Thursday.
    let start = "2026-01-01T12:00:00Z";
    for (field, expected) in [
        ("0", "Sun"),
        ("7", "Sun"),
        ("1", "Mon"),
        ("5", "Fri"),
        ("SUN", "Sun"),
        ("mon", "Mon"),
    ] {
        let expression = format!("0 0 0 * * {field}");
        let firing = firings(&expression, start, 1).remove(0);
        assert!(firing.starts_with(expected), "{expression}: {firing}");
    }
    for (field, expected) in [
        ("MON-FRI", "Fri Mon Tue Wed"),
        ("1-5", "Fri Mon Tue Wed"),
        ("SAT-SUN", "Sat Sun Sat Sun"),
        ("6,0", "Sat Sun Sat Sun"),
        ("*/2", "Sat Sun Tue Thu"),
        ("1/2", "Fri Sun Mon Wed"),
        ("?", "Fri Sat Sun Mon"),
        ("0-7", "Fri Sat Sun Mon"),
    ] {
        let expression = format!("0 0 0 * * {field}");
        let days: Vec<String> = firings(&expression, start, 4)
            .iter()
            .map(|firing| firing[..3].to_owned())
            .collect();
        assert_eq!(days.join(" "), expected, "{expression}");
    }
}

#[test]
fn a_day_satisfies_both_day_fields() {
    assert_eq!(
        firings("0 0 0 13 * FRI", "2026-01-01T00:00:00Z", 3),
        [
            "Fri 2026-02-13 00:00:00",
            "Fri 2026-03-13 00:00:00",
            "Fri 2026-11-13 00:00:00",
        ]
    );
}

#[test]
fn lists_ranges_steps_and_names_combine() {
    assert_eq!(
        firings("5 1/29 11,13 28-31/3 feb,Dec ?", "2027-12-31T13:00:00Z", 7),
        [
            "Fri 2027-12-31 13:01:05",
            "Fri 2027-12-31 13:30:05",
            "Fri 2027-12-31 13:59:05",
            "Mon 2028-02-28 11:01:05",
            "Mon 2028-02-28 11:30:05",
            "Mon 2028-02-28 11:59:05",
            "Mon 2028-02-28 13:01:05",
        ]
    );
}

#[test]
fn a_leap_day_is_waited_for() {
    assert_eq!(
        firings("0 0 0 29 2 *", "2026-01-01T00:00:00Z", 1),
        ["Tue 2028-02-29 00:00:00"]
    );
}

#[test]
fn blanks_around_the_fields_do_not_matter() {
    let schedule = Schedule::parse("  0  0 0 *\t* *  ").expect("six fields");
    assert_eq!(schedule.expression(), "  0  0 0 *\t* *  ");
    assert_eq!(schedule.next_after(0), Some(86_400_000_000));
}

#[test]
fn instants_out_of_range_have_a_defined_answer() {
    let schedule = Schedule::parse("0 0 0 * * *").expect("daily");
    assert_eq!(schedule.next_after(micros("1969-12-31T23:59:59Z")), Some(0));
    assert_eq!(schedule.next_after(micros("0044-03-15T00:00:00Z")), Some(0));
    assert_eq!(schedule.next_after(-8_000_000_000_000_000_000), Some(0));
    assert_eq!(schedule.next_after(i64::MIN), None);
    assert_eq!(schedule.next_after(i64::MAX), None);
    assert_eq!(schedule.next_after(micros("2100-12-31T00:00:00Z")), None);
}
