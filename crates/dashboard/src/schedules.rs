//! When each job is due next.
//!
//! The schedules fire at whole multiples of their length since the epoch, UTC, so the next firing
//! needs no look at the manifest; a test holds this table and `spin.toml` together.

use std::time::Duration;

use serde::Serialize;
use tidemark_domain::Instant;

/// The jobs with a schedule, and the minutes between two of its firings.
const SCHEDULES: [(&str, u64); 4] = [
    ("sync-transactions", 15),
    ("daily-refresh", 5),
    ("check-late-shifts", 6 * 60),
    ("check-missed-posts", 6 * 60),
];

/// A job's schedule.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    job: &'static str,
    every_seconds: u64,
    next_due_at: String,
}

/// All schedules, with the first firing after `now`.
pub fn schedules(now: Instant) -> Vec<Schedule> {
    SCHEDULES
        .map(|(job, minutes)| {
            let every = Duration::from_mins(minutes);
            Schedule {
                job,
                every_seconds: every.as_secs(),
                next_due_at: next_after(now, every).to_string(),
            }
        })
        .into()
}

fn next_after(now: Instant, every: Duration) -> Instant {
    let length = i64::try_from(every.as_micros()).expect("invariant: some hours at most");
    Instant::from_micros((now.micros().div_euclid(length) + 1) * length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_due_at_the_next_multiple_and_never_at_this_very_moment() {
        let due = |now: &str, minutes| {
            next_after(Instant::parse(now).unwrap(), Duration::from_mins(minutes)).to_string()
        };
        assert_eq!(due("2026-11-22T12:01:00Z", 15), "2026-11-22T12:15:00.000Z");
        assert_eq!(due("2026-11-22T12:15:00Z", 15), "2026-11-22T12:30:00.000Z");
        assert_eq!(due("2026-11-22T19:00:00Z", 360), "2026-11-23T00:00:00.000Z");
    }

    #[test]
    fn the_lengths_are_those_of_the_manifest() {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spin.toml");
        let manifest = std::fs::read_to_string(manifest).unwrap();
        let components = [
            ("transaction-sync", &SCHEDULES[..1]),
            ("stats-refresh", &SCHEDULES[1..2]),
            ("gamification-checks", &SCHEDULES[2..]),
        ];
        for (component, jobs) in components {
            for (job, minutes) in jobs {
                let expression = match minutes {
                    360 => "0 0 */6 * * *".to_owned(),
                    minutes => format!("0 */{minutes} * * * *"),
                };
                let trigger =
                    format!("component = \"{component}\"\ncron_expression = \"{expression}\"");
                assert!(manifest.contains(&trigger), "{job}");
            }
        }
    }
}
