//! When each kind is read, and how many requests that may cost.
//!
//! | kind | when | why |
//! | --- | --- | --- |
//! | audience | every run | Smart-list counts are live, and one call gives both of them exactly |
//! | unread | every run | Live; only for one's own account, because there is no twin for managed creators |
//! | flows | every hour | The series goes by whole UTC days: between two readings only today's row differs |
//! | posts | every hour | A creator posts a few times a day, and nothing tells that it has |
//!
//! Nothing that Fanvue answers here says beforehand whether it has changed, so no call can be left
//! out for certain; what is slow by nature is asked for less often instead.
//!
//! - A quiet run costs 1 or 2 calls, and 3 at most. While something was never counted or the past is
//!   being read it costs up to 4.
//! - In any five minutes a model costs at most 5, repeats after a passing fault and further callers
//!   included: the moments of the latest requests are kept with the model's state.
//! - Hourly kinds are due at a minute of the hour that follows from the model, so that the models of
//!   an agency spread over the runs of an hour. Requests for a managed creator draw from the
//!   creator's own bucket of 100 or more a minute, of which this is a small part; those for one's own
//!   account draw from the principal's, which no other model shares.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tidemark_domain::{Instant, ModelId};

use crate::kind::Kind;

/// The most requests for one model in any [`WINDOW`].
pub const MOST_CALLS: usize = 5;
/// The span in which requests are counted.
pub const WINDOW: Duration = Duration::from_mins(5);
/// The most requests of a run in which nothing is missing.
const QUIET_CALLS: usize = 3;
/// The most requests of a run while something is missing; one is left for a repeat.
const CATCHING_UP_CALLS: usize = 4;
/// In a run that is still open after so long, what is live is counted once more; a little less than
/// the interval of the schedule.
pub const LIVE: Duration = Duration::from_secs(270);
/// Between two readings of flows and posts.
const SLOW: Duration = Duration::from_hours(1);

/// Whether an hourly kind is due: another hour of the model's has begun since it was read last.
pub fn is_due(kind: Kind, model: ModelId, last: Option<Instant>, now: Instant) -> bool {
    let hour = |at: Instant| {
        let length = i64::try_from(SLOW.as_micros()).unwrap_or(i64::MAX);
        (at.micros() - offset(kind, model, length)).div_euclid(length)
    };
    last.is_none_or(|last| hour(last) != hour(now))
}

fn offset(kind: Kind, model: ModelId, length: i64) -> i64 {
    let mut hasher = DefaultHasher::new();
    (kind, model.uuid().as_u128()).hash(&mut hasher);
    i64::try_from(hasher.finish() >> 1).unwrap_or(0) % length
}

/// How many more requests a run that began at `since` may plan, given the moments of the latest ones.
pub fn left_to_plan(calls: &[Instant], since: Instant, now: Instant, catching_up: bool) -> usize {
    let of_run = calls.iter().filter(|at| since <= **at).count();
    let planned = if catching_up {
        CATCHING_UP_CALLS
    } else {
        QUIET_CALLS
    };
    planned.saturating_sub(of_run).min(left(calls, now))
}

/// How many more requests may be sent now.
pub fn left(calls: &[Instant], now: Instant) -> usize {
    let recent = |at: &&Instant| **at > now.minus(WINDOW) && **at <= now;
    MOST_CALLS.saturating_sub(calls.iter().filter(recent).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const NOW: Instant = Instant::from_micros(1_790_000_000_000_000);

    fn minutes(count: u64) -> Instant {
        NOW.plus(Duration::from_mins(count))
    }

    #[test]
    fn an_hourly_kind_is_due_once_an_hour() {
        let model = ModelId::new(Uuid::from_u128(7));
        let (mut last, mut read) = (None, 0);
        for run in 0..12 * 24 {
            let now = minutes(5 * run);
            if is_due(Kind::Posts, model, last, now) {
                (last, read) = (Some(now), read + 1);
            }
        }
        assert!((24..=25).contains(&read), "{read}");
    }

    #[test]
    fn hourly_kinds_of_many_models_spread_over_the_runs_of_an_hour() {
        let mut busiest = 0;
        for run in 1..=12 {
            let (before, now) = (minutes(5 * run - 5), minutes(5 * run));
            let due = (0..100).flat_map(|number| {
                let model = ModelId::new(Uuid::from_u128(number));
                [Kind::Flows, Kind::Posts].map(|kind| is_due(kind, model, Some(before), now))
            });
            busiest = busiest.max(due.filter(|due| *due).count());
        }
        assert!((17..40).contains(&busiest), "{busiest} of 200 in one run");
    }

    #[test]
    fn a_quiet_run_plans_three_calls_and_five_minutes_hold_five() {
        assert_eq!(left_to_plan(&[], NOW, NOW, false), 3);
        assert_eq!(left_to_plan(&[], NOW, NOW, true), 4);
        let earlier = [NOW.minus(Duration::from_mins(4)); 3];
        assert_eq!(left_to_plan(&earlier, NOW, NOW, true), 2);
        assert_eq!(left(&[NOW; 5], NOW), 0);
        assert_eq!(left(&[NOW; 5], NOW.plus(WINDOW)), 5);
    }
}
