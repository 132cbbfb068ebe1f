//! Which walk is due for a model. Pure: state, run and clock in, decision out.

use std::time::Duration;

use tidemark_domain::Instant;
use tidemark_fanvue::Family;
use tidemark_jobs::work::Target;

use crate::row_key::Occurrences;

/// Fanvue has no older rows: 2018-01-01T00:00:00Z.
pub const HISTORY_FLOOR: Instant = Instant::from_micros(1_514_764_800_000_000);

/// How far each walk reads behind what is proven, for rows that arrive late with an old date.
pub const LOOK_BACK: Duration = Duration::from_hours(48);

/// A window being read, and where its next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// first instant, included
    pub from: Instant,
    /// end, excluded
    pub to: Instant,
    /// `None` for the first page
    pub cursor: Option<String>,
    /// equal rows seen at the last instant of the page before
    pub carry: Occurrences,
}

impl Walk {
    fn beginning(from: Instant, to: Instant) -> Self {
        Self {
            from,
            to,
            cursor: None,
            carry: Occurrences::default(),
        }
    }

    /// The same window from its first page on, after Fanvue refused the cursor.
    pub fn restarted(&self) -> Self {
        Self::beginning(self.from, self.to)
    }
}

/// What is known of a model's stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamState {
    /// the walk that is under way
    pub walk: Option<Walk>,
    /// end of the span that was read without a gap
    pub proven_until: Option<Instant>,
    /// up to when the whole history was last read in one walk
    pub full_read_at: Option<Instant>,
    /// the path family that answers for this model
    pub family: Option<Family>,
}

/// The walk to go on with, or `None` when the model meets the target.
pub fn next_walk(state: &StreamState, target: Target, now: Instant) -> Option<Walk> {
    // Another host's clock may be ahead: a window must reach the target, or the run never ends.
    let end = now.max(target.since);
    let reaches = |instant: Option<Instant>| instant.is_some_and(|instant| instant >= target.since);

    if target.full && !reaches(state.full_read_at) {
        let under_way = state.walk.clone().filter(|walk| walk.from == HISTORY_FLOOR);
        return Some(under_way.unwrap_or_else(|| Walk::beginning(HISTORY_FLOOR, end)));
    }
    if let Some(walk) = &state.walk {
        return Some(walk.clone());
    }
    match state.proven_until {
        None => Some(Walk::beginning(HISTORY_FLOOR, end)),
        Some(_) if reaches(state.proven_until) => None,
        Some(until) => {
            let from = HISTORY_FLOOR.max(until.minus(LOOK_BACK));
            Some(Walk::beginning(from, end.max(until)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hours: u64) -> Instant {
        HISTORY_FLOOR.plus(Duration::from_hours(10_000 + hours))
    }

    fn target(since: Instant) -> Target {
        Target { since, full: false }
    }

    #[test]
    fn a_new_model_is_read_from_the_floor_of_history() {
        let walk = next_walk(&StreamState::default(), target(hour(1)), hour(1)).unwrap();
        assert_eq!(
            (walk.from, walk.to, walk.cursor),
            (HISTORY_FLOOR, hour(1), None)
        );
    }

    #[test]
    fn d004_the_next_window_begins_48_hours_before_the_proven_end_and_not_a_second_after_it() {
        let state = StreamState {
            proven_until: Some(hour(0)),
            ..StreamState::default()
        };
        let walk = next_walk(&state, target(hour(1)), hour(1)).unwrap();
        assert_eq!((walk.from, walk.to), (hour(0).minus(LOOK_BACK), hour(1)));
    }

    #[test]
    fn a_walk_under_way_is_resumed_where_it_stopped() {
        let walk = Walk {
            cursor: Some("page 7".to_owned()),
            ..Walk::beginning(HISTORY_FLOOR, hour(0))
        };
        let state = StreamState {
            walk: Some(walk.clone()),
            ..StreamState::default()
        };
        assert_eq!(next_walk(&state, target(hour(9)), hour(9)), Some(walk));
    }

    #[test]
    fn a_model_proven_since_the_run_began_is_done() {
        let state = StreamState {
            proven_until: Some(hour(2)),
            ..StreamState::default()
        };
        assert_eq!(next_walk(&state, target(hour(2)), hour(3)), None);
    }

    #[test]
    fn a_full_run_reads_everything_once_and_then_is_done() {
        let mut state = StreamState {
            proven_until: Some(hour(2)),
            ..StreamState::default()
        };
        let target = Target {
            since: hour(1),
            full: true,
        };
        let walk = next_walk(&state, target, hour(3)).unwrap();
        assert_eq!(walk.from, HISTORY_FLOOR);
        state.full_read_at = Some(walk.to);
        state.proven_until = Some(walk.to);
        assert_eq!(next_walk(&state, target, hour(4)), None);
    }

    #[test]
    fn a_slow_clock_still_reaches_a_target_set_by_a_faster_one() {
        let state = StreamState {
            proven_until: Some(hour(0)),
            ..StreamState::default()
        };
        let walk = next_walk(&state, target(hour(5)), hour(4)).unwrap();
        assert_eq!(walk.to, hour(5));
    }
}
