//! When a shift or a planned post is on time, late or missed: an explicit state machine. Pure.
//!
//! | state | done | late | missed | cancelled |
//! | --- | --- | --- | --- | --- |
//! | scheduled | on time | late | missed | withdrawn |
//! | late | late, resolved | – | missed | withdrawn |
//! | missed | late, resolved; withdraws `missed` | – | – | withdrawn |
//! | on time; late, resolved | – | – | – | withdrawn |
//!
//! What cancelling withdraws is everything that was found before. A subject's history is its facts put
//! in order and folded through the table, so it is the same however often and however late anybody
//! looks (defects D105, D106). Source: original-system sections 4.1, 4.2.

use std::time::Duration;

use tidemark_domain::Instant;

/// Where a subject stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing can be said yet.
    Scheduled,
    /// Done in time.
    OnTime,
    /// The grace has passed and nothing was done.
    Late,
    /// Not done, and too late for it.
    Missed,
    /// Done after all.
    LateResolved,
    /// Cancelled: nothing counts.
    Withdrawn,
}

impl State {
    /// The word in the table `punctuality` and in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::LateResolved => "late_resolved",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What happens to a subject, in the order in which things of one instant count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// It was called off.
    Cancelled,
    /// It was done.
    Done,
    /// The grace is over.
    GraceOver,
    /// It is too late now.
    MissedOver,
}

/// What can be found of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// Done in time.
    OnTime,
    /// Nothing done when the grace was over.
    Late,
    /// Nothing done when it was too late.
    Missed,
    /// Done after the grace.
    LateResolved,
}

impl Finding {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::OnTime, Self::Late, Self::Missed, Self::LateResolved];
}

/// The table: the next state, and what is found on the way. `None` where nothing changes.
pub const fn next(state: State, input: Input) -> Option<(State, Option<Finding>)> {
    match (state, input) {
        (State::Withdrawn, _) => None,
        (_, Input::Cancelled) => Some((State::Withdrawn, None)),
        (State::Scheduled, Input::Done) => Some((State::OnTime, Some(Finding::OnTime))),
        (State::Scheduled, Input::GraceOver) => Some((State::Late, Some(Finding::Late))),
        (State::Scheduled | State::Late, Input::MissedOver) => {
            Some((State::Missed, Some(Finding::Missed)))
        }
        (State::Late | State::Missed, Input::Done) => {
            Some((State::LateResolved, Some(Finding::LateResolved)))
        }
        _ => None,
    }
}

/// A shift or a planned post as far as punctuality is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// when it should begin
    pub planned_at: Instant,
    /// after this instant it is late; `None` where late and missed are the same
    pub late_after: Option<Instant>,
    /// after this instant it is missed
    pub missed_after: Instant,
    /// when it was done, the earliest deed
    pub done_at: Option<Instant>,
    /// when it was called off
    pub cancelled_at: Option<Instant>,
}

/// How long a subject may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// a clock-in up to this long after the start is on time
    pub shift_late_after: Duration,
    /// without a clock-in for this long, or until its end, a shift is missed
    pub shift_missed_after: Duration,
    /// a post published up to this long after its time is on time, and missed after that
    pub post_within: Duration,
}

/// Something found, and whether it still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// what
    pub finding: Finding,
    /// when it came true
    pub at: Instant,
    /// whole minutes late, of [`Finding::LateResolved`]
    pub minutes_late: Option<i64>,
    /// whether a later turn took it back
    pub withdrawn: bool,
}

/// Everything that is true of a subject up to an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// where it stands
    pub state: State,
    /// what was found, in order
    pub found: Vec<Found>,
    /// from when on it must be looked at again; `None` while nothing can change by itself
    pub next_at: Option<Instant>,
}

impl Subject {
    /// A shift with its earliest clock-in.
    pub fn shift(
        (starts_at, ends_at): (Instant, Instant),
        done_at: Option<Instant>,
        cancelled_at: Option<Instant>,
        thresholds: Thresholds,
    ) -> Self {
        let missed_after = starts_at.plus(thresholds.shift_missed_after).min(ends_at);
        let late_after = starts_at.plus(thresholds.shift_late_after);
        Self {
            planned_at: starts_at,
            // A shift that ends within its grace is never late, only missed.
            late_after: Some(late_after).filter(|late_after| *late_after < missed_after),
            missed_after,
            done_at,
            cancelled_at,
        }
    }

    /// A planned post.
    pub fn post(
        planned_at: Instant,
        done_at: Option<Instant>,
        cancelled_at: Option<Instant>,
        thresholds: Thresholds,
    ) -> Self {
        Self {
            planned_at,
            late_after: None,
            missed_after: planned_at.plus(thresholds.post_within),
            done_at,
            cancelled_at,
        }
    }

    /// Folds what has happened up to `now` through the table.
    pub fn history(&self, now: Instant) -> History {
        let mut history = History {
            state: State::Scheduled,
            found: Vec::new(),
            next_at: None,
        };
        for (at, input) in self.inputs() {
            let Some((state, finding)) = next(history.state, input) else {
                continue;
            };
            // A deed in the very instant of a limit is still within it.
            let looked_at = match input {
                Input::Done | Input::Cancelled => at,
                Input::GraceOver | Input::MissedOver => at.plus(Duration::from_micros(1)),
            };
            if looked_at > now {
                history.next_at = Some(looked_at);
                break;
            }
            history.turn(state, finding, (at, self.planned_at));
        }
        history
    }

    fn inputs(&self) -> Vec<(Instant, Input)> {
        let mut inputs: Vec<(Instant, Input)> = [
            (self.cancelled_at, Input::Cancelled),
            (self.done_at, Input::Done),
            (self.late_after, Input::GraceOver),
            (Some(self.missed_after), Input::MissedOver),
        ]
        .into_iter()
        .filter_map(|(at, input)| Some((at?, input)))
        .collect();
        inputs.sort_unstable();
        inputs
    }
}

impl History {
    fn turn(
        &mut self,
        state: State,
        finding: Option<Finding>,
        (at, planned_at): (Instant, Instant),
    ) {
        for found in &mut self.found {
            found.withdrawn |= match state {
                State::Withdrawn => true,
                State::LateResolved => found.finding == Finding::Missed,
                _ => false,
            };
        }
        self.state = state;
        self.found.extend(finding.map(|finding| Found {
            finding,
            at,
            minutes_late:
                (finding == Finding::LateResolved).then(|| whole_minutes(at.since(planned_at))),
            withdrawn: false,
        }));
    }

    /// Whole minutes late, once it was done.
    pub fn minutes_late(&self) -> Option<i64> {
        self.found.iter().find_map(|found| found.minutes_late)
    }

    /// What still stands.
    pub fn standing(&self) -> impl Iterator<Item = Found> + '_ {
        self.found.iter().copied().filter(|found| !found.withdrawn)
    }
}

fn whole_minutes(span: Duration) -> i64 {
    i64::try_from(span.as_secs() / 60).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
