//! When a shift or a planned post is on time, late or missed. Pure.
//!
//! Source of the thresholds: contract section on gamification, original-system sections 4.1, 4.2.

use std::time::Duration;

use tidemark_domain::Instant;

/// A clock-in up to this long after the start is on time.
pub const SHIFT_GRACE: Duration = Duration::from_mins(10);

/// Without a clock-in for this long, or until its end, a shift is missed.
pub const SHIFT_MISSED_AFTER: Duration = Duration::from_hours(2);

/// A post published up to this long after its time is on time; after that it is missed.
pub const POST_GRACE: Duration = Duration::from_hours(2);

/// Where a subject stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Punctuality {
    /// Done within the grace.
    OnTime,
    /// The grace has passed; minutes from the planned time once it was done.
    Late(Option<i64>),
    /// Not done, and too late now. A late deed still turns this into [`Punctuality::Late`].
    Missed,
    /// Cancelled: nothing counts.
    Withdrawn,
}

impl Punctuality {
    /// The word in the table `punctuality`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late(_) => "late",
            Self::Missed => "missed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whole minutes late, where known.
    pub const fn minutes_late(self) -> Option<i64> {
        match self {
            Self::Late(minutes) => minutes,
            _ => None,
        }
    }
}

/// A shift or a planned post as far as punctuality is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// when it should begin
    pub planned_at: Instant,
    /// how long after that is still on time
    pub grace: Duration,
    /// after this instant it is missed
    pub missed_at: Instant,
    /// when it was done, the earliest deed
    pub done_at: Option<Instant>,
    /// whether it was called off
    pub cancelled: bool,
}

impl Subject {
    /// A shift with its earliest clock-in.
    pub fn shift(
        (starts_at, ends_at): (Instant, Instant),
        clocked_in_at: Option<Instant>,
        cancelled: bool,
    ) -> Self {
        let missed_at = starts_at.plus(SHIFT_MISSED_AFTER).min(ends_at);
        Self {
            planned_at: starts_at,
            grace: SHIFT_GRACE,
            missed_at,
            done_at: clocked_in_at,
            cancelled,
        }
    }

    /// A planned post.
    pub fn post(planned_at: Instant, posted_at: Option<Instant>, cancelled: bool) -> Self {
        let missed_at = planned_at.plus(POST_GRACE);
        Self {
            planned_at,
            grace: POST_GRACE,
            missed_at,
            done_at: posted_at,
            cancelled,
        }
    }

    /// Where the subject stands at `now`; `None` while nothing can be said.
    pub fn judge(&self, now: Instant) -> Option<Punctuality> {
        if self.cancelled {
            return Some(Punctuality::Withdrawn);
        }
        let end_of_grace = self.planned_at.plus(self.grace);
        match self.done_at {
            Some(done_at) if done_at <= end_of_grace => Some(Punctuality::OnTime),
            Some(done_at) => Some(Punctuality::Late(Some(whole_minutes(
                done_at.since(self.planned_at),
            )))),
            None if now > self.missed_at => Some(Punctuality::Missed),
            None if now > end_of_grace => Some(Punctuality::Late(None)),
            None => None,
        }
    }
}

fn whole_minutes(span: Duration) -> i64 {
    i64::try_from(span.as_secs() / 60).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minutes: u64) -> Instant {
        Instant::from_micros(0).plus(Duration::from_mins(minutes))
    }

    fn shift(clocked_in_at: Option<Instant>) -> Subject {
        Subject::shift((minute(0), minute(480)), clocked_in_at, false)
    }

    #[test]
    fn a_shift_goes_from_nothing_over_late_to_missed_while_nobody_clocks_in() {
        assert_eq!(shift(None).judge(minute(10)), None);
        assert_eq!(shift(None).judge(minute(11)), Some(Punctuality::Late(None)));
        assert_eq!(shift(None).judge(minute(121)), Some(Punctuality::Missed));
    }

    #[test]
    fn a_late_clock_in_corrects_missed_to_late_by_its_minutes() {
        assert_eq!(
            shift(Some(minute(10))).judge(minute(500)),
            Some(Punctuality::OnTime)
        );
        assert_eq!(
            shift(Some(minute(130))).judge(minute(500)),
            Some(Punctuality::Late(Some(130)))
        );
    }

    #[test]
    fn a_short_shift_is_missed_at_its_end() {
        let short = Subject::shift((minute(0), minute(30)), None, false);
        assert_eq!(short.judge(minute(30)), Some(Punctuality::Late(None)));
        assert_eq!(short.judge(minute(31)), Some(Punctuality::Missed));
    }

    #[test]
    fn a_post_is_missed_two_hours_after_its_time_and_late_when_it_comes_after_all() {
        assert_eq!(
            Subject::post(minute(0), None, false).judge(minute(119)),
            None
        );
        assert_eq!(
            Subject::post(minute(0), None, false).judge(minute(121)),
            Some(Punctuality::Missed)
        );
        assert_eq!(
            Subject::post(minute(0), Some(minute(125)), false).judge(minute(500)),
            Some(Punctuality::Late(Some(125)))
        );
    }

    #[test]
    fn a_cancelled_shift_withdraws_what_was_found() {
        let cancelled = Subject::shift((minute(0), minute(480)), None, true);
        assert_eq!(cancelled.judge(minute(500)), Some(Punctuality::Withdrawn));
    }
}
