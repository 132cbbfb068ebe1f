//! The past of a head-count: from today's backwards through Fanvue's events.
//!
//! `level[d − 1] = level[d] − net change of d`, day by day, from a head-count that was the same before
//! and after today's events were read. A day without a row between two rows had no events, which the
//! rows' totals prove. Where a level would fall below zero, where totals contradict the rows and
//! where the series ends, the past is unknown: those days get no level.

use serde::{Deserialize, Serialize};
use tidemark_domain::LocalDay;
use tidemark_fanvue::audience::SubscriberDays;

/// A walk back in time that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// UTC days from here on are done
    #[serde(with = "day_text")]
    pub before: LocalDay,
    /// subscribers at the end of the day before
    level: i64,
    /// what the total of the next row must be
    total: Option<i64>,
    /// the UTC day on which it began; levels of that day and later ones are for observation to tell
    #[serde(with = "day_text")]
    begun_on: LocalDay,
    /// levels are known from here back
    #[serde(with = "day_text")]
    until: LocalDay,
}

/// What is known of the past before the first observation, and of gaps after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Past {
    /// nothing yet
    #[default]
    Unknown,
    /// being read
    Walking(Walk),
    /// as far as Fanvue's series goes
    Settled {
        /// the UTC day on which the last walk began
        #[serde(with = "day_text")]
        tried_on: LocalDay,
        /// whether the walk came to an end by itself, not by a contradiction
        complete: bool,
    },
}

/// What a page of events adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// levels at the end of UTC days, newest first
    pub levels: Vec<(LocalDay, i64)>,
    /// how it goes on
    pub past: Past,
}

impl Walk {
    /// Begins with a head-count of today; levels from the day `until` back are known already.
    pub fn begin(today: LocalDay, head_count: i64, until: Option<LocalDay>) -> Self {
        Self {
            before: first_page_before(today),
            level: head_count,
            total: None,
            begun_on: today,
            until: until.unwrap_or(LocalDay::BEFORE_ALL),
        }
    }

    /// Goes through the latest days before [`Walk::before`].
    pub fn follow(mut self, page: &SubscriberDays) -> Leg {
        let mut levels = Vec::new();
        let settled = |complete| Past::Settled {
            tried_on: self.begun_on,
            complete,
        };
        for row in &page.days {
            let is_expected = |told: i64| self.total.is_none_or(|expected| expected == told);
            if !row.total.is_none_or(is_expected) {
                let past = settled(false);
                return Leg { levels, past };
            }
            while self.before > row.day {
                self.before = self.before.plus_days(-1);
                if self.before < self.begun_on {
                    levels.push((self.before, self.level));
                }
            }
            self.level = self.level.saturating_sub(row.net());
            self.total = row.total.and_then(|total| total.checked_sub(row.net()));
            if self.level < 0 || self.before <= self.until {
                let past = settled(true);
                return Leg { levels, past };
            }
        }
        let past = if page.more {
            Past::Walking(self)
        } else {
            settled(true)
        };
        Leg { levels, past }
    }
}

impl Past {
    /// Whether a walk should begin on a UTC day, given whether yesterday has a level.
    pub fn begins(self, today: LocalDay, yesterday_is_known: bool) -> bool {
        match self {
            Self::Unknown => true,
            Self::Walking(_) => false,
            Self::Settled { tried_on, complete } => {
                tried_on != today && !(complete && yesterday_is_known)
            }
        }
    }

    /// Where a walk that begins now may end, given the newest day before yesterday with a level: once
    /// the past is settled only the gap after that day is open.
    pub fn until(self, known: Option<LocalDay>) -> Option<LocalDay> {
        match self {
            Self::Settled { complete: true, .. } => known.map(|day| day.plus_days(-1)),
            _ => None,
        }
    }
}

/// The bound of the first page: a day further than today, because the clocks of both sides may
/// differ around midnight.
pub fn first_page_before(today: LocalDay) -> LocalDay {
    today.plus_days(2)
}

mod day_text {
    //! Days as `YYYY-MM-DD`.

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};
    use tidemark_domain::LocalDay;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub fn serialize<S: Serializer>(day: &LocalDay, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LocalDay, D::Error> {
        let text = String::deserialize(deserializer)?;
        LocalDay::parse(&text).map_err(D::Error::custom)
    }
}
