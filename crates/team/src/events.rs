//! The events of the game: what the checks found, each once, and taken back where it is no longer
//! true. Pure.
//!
//! What is recorded is compared with what is true now. So a corrected clock-in, another plan or another
//! member heals itself, and a check that runs again adds nothing.

use serde::{Deserialize, Serialize};
use tidemark_domain::Instant;
use uuid::Uuid;

use crate::points::Rules;
use crate::punctuality::{Finding, Found, History};

/// What is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectKind {
    /// a shift
    Shift,
    /// a planned post
    Post,
}

impl SubjectKind {
    /// The word in the table `punctuality`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Shift => "shift",
            Self::Post => "post",
        }
    }

    /// The kind of event for something found of such a subject.
    pub const fn event(self, finding: Finding) -> &'static str {
        match (self, finding) {
            (Self::Shift, Finding::OnTime) => "shift_on_time",
            (Self::Shift, Finding::Late) => "shift_late",
            (Self::Shift, Finding::Missed) => "shift_missed",
            (Self::Shift, Finding::LateResolved) => "shift_late_resolved",
            (Self::Post, Finding::OnTime) => "post_on_time",
            // Posts have no grace before they are missed.
            (Self::Post, Finding::Late | Finding::Missed) => "post_missed",
            (Self::Post, Finding::LateResolved) => "post_late_resolved",
        }
    }
}

/// An event as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// its kind
    pub kind: String,
    /// its number among the occurrences of its kind and subject, from 1
    pub occurrence: i32,
    /// whether it was taken back
    pub withdrawn: bool,
    /// whose it is
    pub member_id: Uuid,
    /// when the subject was planned then
    pub planned_at: Instant,
    /// when it came true
    pub occurred_at: Instant,
    /// whole minutes late
    pub minutes_late: Option<i64>,
    /// the points booked for it
    pub points: i64,
    /// when it was found, or found to be no longer true
    pub last_found_at: Instant,
}

/// An event to record, or one to take back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// its kind
    pub kind: &'static str,
    /// its number among the occurrences of its kind and subject
    pub occurrence: i32,
    /// whether the occurrence is taken back
    pub withdrawal: bool,
    /// whose it is
    pub member_id: Uuid,
    /// when the subject was planned
    pub planned_at: Instant,
    /// when it came true
    pub occurred_at: Instant,
    /// whole minutes late
    pub minutes_late: Option<i64>,
    /// whether it is long past: neither alert nor points
    pub quiet: bool,
    /// the points to book
    pub points: i64,
}

/// A subject as it is now, and how events of it are booked.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// what it is
    pub kind: SubjectKind,
    /// whose it is
    pub member_id: Uuid,
    /// when it is planned
    pub planned_at: Instant,
    /// what is true of it
    pub history: &'a History,
    /// what its events are worth
    pub rules: &'a Rules,
    /// whether it is long past
    pub quiet: bool,
}

/// The present of a subject: a clock that went back does not take back what was found.
pub fn present(recorded: &[Recorded], now: Instant) -> Instant {
    let found = recorded.iter().map(|event| event.last_found_at);
    found.fold(now, Instant::max)
}

/// What must be recorded so that the records say what is true.
pub fn missing(standing: &Standing<'_>, recorded: &[Recorded]) -> Vec<Event> {
    let mut events = Vec::new();
    for finding in Finding::ALL {
        let kind = standing.kind.event(finding);
        let latest = recorded
            .iter()
            .filter(|event| event.kind == kind)
            .max_by_key(|event| event.occurrence);
        let mut found = standing.history.found.iter();
        let found = found.find(|found| found.finding == finding);
        // Posts know no `Late`: its kind is that of `Missed`, which must not be judged twice.
        if standing.kind == SubjectKind::Post && finding == Finding::Late {
            continue;
        }
        settle(standing, (kind, found), latest, &mut events);
    }
    events.sort_by_key(|event| (event.occurred_at, event.withdrawal, event.kind));
    events
}

fn settle(
    standing: &Standing<'_>,
    (kind, found): (&'static str, Option<&Found>),
    latest: Option<&Recorded>,
    events: &mut Vec<Event>,
) {
    let is_same = |latest: &Recorded| {
        found.is_some_and(|found| {
            latest.member_id == standing.member_id
                && latest.planned_at == standing.planned_at
                && latest.occurred_at == found.at
                && latest.minutes_late == found.minutes_late
        })
    };
    let mut occurrence = 1;
    if let Some(latest) = latest {
        let same = is_same(latest);
        let stands = found.is_some_and(|found| !found.withdrawn);
        if same && latest.withdrawn != stands {
            return;
        }
        if !latest.withdrawn {
            events.push(taken_back(kind, latest));
        }
        if same && !stands {
            return;
        }
        occurrence = latest.occurrence + 1;
    }
    let Some(found) = found else { return };
    let event = Event {
        kind,
        occurrence,
        withdrawal: false,
        member_id: standing.member_id,
        planned_at: standing.planned_at,
        occurred_at: found.at,
        minutes_late: found.minutes_late,
        quiet: standing.quiet,
        points: if standing.quiet {
            0
        } else {
            standing.rules.points(standing.kind, found.finding)
        },
    };
    let withdrawal = found.withdrawn.then(|| Event {
        withdrawal: true,
        points: -event.points,
        ..event.clone()
    });
    events.push(event);
    events.extend(withdrawal);
}

/// The opposite of what was recorded: for the same member, on the same day.
fn taken_back(kind: &'static str, recorded: &Recorded) -> Event {
    Event {
        kind,
        occurrence: recorded.occurrence,
        withdrawal: true,
        member_id: recorded.member_id,
        planned_at: recorded.planned_at,
        occurred_at: recorded.occurred_at,
        minutes_late: recorded.minutes_late,
        quiet: true,
        points: -recorded.points,
    }
}

#[cfg(test)]
mod tests;
