//! The rules of an agency's game, as data.
//!
//! Defaults: original-system section 4.3. A missed shift that is worked after all costs what a late
//! one does: each end of the state machine has its own points, and nothing is paid twice.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tidemark_domain::{AgencyId, Instant};
use tidemark_ports::{Sql, SqlError, Value};

use crate::events::SubjectKind;
use crate::punctuality::{Finding, Thresholds};

/// The most points that one event or 100 dollars may give or take.
const MOST_POINTS: i32 = 100_000;
/// The longest threshold: a day.
const MOST_MINUTES: i32 = 24 * 60;

/// What things are worth, and when they are late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rules {
    /// points for a shift begun in time
    pub shift_on_time: i32,
    /// points for a shift begun late
    pub shift_late: i32,
    /// points for a shift that nobody began
    pub shift_missed: i32,
    /// points for a post published in time
    pub post_on_time: i32,
    /// points for a post published late
    pub post_late: i32,
    /// points for a post that was not published
    pub post_missed: i32,
    /// points for 100 US dollars of gross sales while on shift
    pub sale_per_100_dollars: i32,
    /// a clock-in up to so many minutes after the start is on time
    pub late_after_minutes: i32,
    /// without a clock-in for so many minutes, or until its end, a shift is missed
    pub missed_after_minutes: i32,
    /// a post up to so many minutes after its time is on time, and missed after that
    pub post_within_minutes: i32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            shift_on_time: 10,
            shift_late: -10,
            shift_missed: -50,
            post_on_time: 5,
            post_late: 0,
            post_missed: -20,
            sale_per_100_dollars: 100,
            late_after_minutes: 10,
            missed_after_minutes: 120,
            post_within_minutes: 120,
        }
    }
}

/// A rule that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be between {least} and {most}")]
pub struct RuleError {
    /// the member that is wrong
    pub field: &'static str,
    least: i32,
    most: i32,
}

impl Rules {
    /// The rules, if they can be played by.
    ///
    /// # Errors
    /// The first member that is out of its bounds.
    pub fn checked(self) -> Result<Self, RuleError> {
        let points = (-MOST_POINTS, MOST_POINTS);
        let bounds = [
            ("shiftOnTime", self.shift_on_time, points),
            ("shiftLate", self.shift_late, points),
            ("shiftMissed", self.shift_missed, points),
            ("postOnTime", self.post_on_time, points),
            ("postLate", self.post_late, points),
            ("postMissed", self.post_missed, points),
            (
                "salePer100Dollars",
                self.sale_per_100_dollars,
                (0, MOST_POINTS),
            ),
            (
                "lateAfterMinutes",
                self.late_after_minutes,
                (0, MOST_MINUTES - 1),
            ),
            (
                "missedAfterMinutes",
                self.missed_after_minutes,
                (self.late_after_minutes.saturating_add(1), MOST_MINUTES),
            ),
            (
                "postWithinMinutes",
                self.post_within_minutes,
                (1, MOST_MINUTES),
            ),
        ];
        for (field, value, (least, most)) in bounds {
            if !(least..=most).contains(&value) {
                return Err(RuleError { field, least, most });
            }
        }
        Ok(self)
    }

    /// What something found of a subject is worth. [`Finding::Late`] alone is worth nothing yet: it
    /// ends in [`Finding::LateResolved`] or in [`Finding::Missed`].
    pub fn points(&self, kind: SubjectKind, finding: Finding) -> i64 {
        i64::from(match (kind, finding) {
            (SubjectKind::Shift, Finding::OnTime) => self.shift_on_time,
            (SubjectKind::Shift, Finding::LateResolved) => self.shift_late,
            (SubjectKind::Shift, Finding::Missed) => self.shift_missed,
            (SubjectKind::Post, Finding::OnTime) => self.post_on_time,
            (SubjectKind::Post, Finding::LateResolved) => self.post_late,
            (SubjectKind::Post, Finding::Missed) => self.post_missed,
            (_, Finding::Late) => 0,
        })
    }

    /// When things are late.
    pub fn thresholds(&self) -> Thresholds {
        let minutes = |count: i32| Duration::from_mins(u64::from(count.unsigned_abs()));
        Thresholds {
            shift_late_after: minutes(self.late_after_minutes),
            shift_missed_after: minutes(self.missed_after_minutes),
            post_within: minutes(self.post_within_minutes),
        }
    }
}

/// Rules, and from when on they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// for what is planned or sold from then on
    pub valid_from: Instant,
    /// the rules
    pub rules: Rules,
}

/// All rules that an agency ever had, oldest first. The defaults hold before the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleBook(Vec<Version>);

impl RuleBook {
    /// A book of versions, oldest first.
    pub fn new(versions: Vec<Version>) -> Self {
        Self(versions)
    }

    /// The rules that hold for what is planned or sold at that instant.
    pub fn at(&self, at: Instant) -> Rules {
        let mut versions = self.0.iter().rev();
        versions
            .find(|version| version.valid_from <= at)
            .map_or_else(Rules::default, |version| version.rules)
    }

    /// The versions, oldest first.
    pub fn versions(&self) -> &[Version] {
        &self.0
    }

    /// What 100 dollars of sales are worth, by the instant from which on, for the statement that
    /// attributes sales.
    pub fn sale_rates(&self) -> Value {
        let first = Version {
            valid_from: Instant::from_micros(i64::from(i32::MIN)),
            rules: Rules::default(),
        };
        let rates = std::iter::once(&first).chain(&self.0).map(|version| {
            serde_json::json!({
                "valid_from": version.valid_from,
                "per_100_dollars": version.rules.sale_per_100_dollars,
            })
        });
        rates.collect::<serde_json::Value>().into()
    }
}

/// The rules of the agencies in scope; an agency without any is not among them.
///
/// # Errors
/// When the statement fails.
pub async fn load(
    sql: &impl Sql,
    agency: Option<AgencyId>,
) -> Result<BTreeMap<AgencyId, RuleBook>, SqlError> {
    let rows = sql
        .query(include_str!("../sql/rules.sql"), &[agency.into()])
        .await?;
    let mut books: BTreeMap<AgencyId, RuleBook> = BTreeMap::new();
    for row in &rows {
        let book = books.entry(AgencyId::new(row.get(0)?)).or_default();
        book.0.push(Version {
            valid_from: row.get(1)?,
            rules: row.json(2)?,
        });
    }
    Ok(books)
}

/// Adds rules that hold from `valid_from` on; `false` when there are some from that instant on.
///
/// # Errors
/// When the statement fails.
pub async fn add(
    sql: &impl Sql,
    agency: AgencyId,
    version: Version,
    now: Instant,
) -> Result<bool, SqlError> {
    let rules = serde_json::to_value(version.rules).expect("invariant: rules are plain numbers");
    let rows = sql
        .query(
            include_str!("../sql/add_rules.sql"),
            &[
                agency.into(),
                version.valid_from.into(),
                now.into(),
                rules.into(),
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold_for_what_is_planned_from_their_beginning_on() {
        let generous = Rules {
            shift_on_time: 20,
            ..Rules::default()
        };
        let book = RuleBook::new(vec![Version {
            valid_from: Instant::from_micros(100),
            rules: generous,
        }]);
        assert_eq!(book.at(Instant::from_micros(99)), Rules::default());
        assert_eq!(book.at(Instant::from_micros(100)), generous);
    }

    #[test]
    fn a_rule_out_of_bounds_is_named() {
        let rules = Rules {
            missed_after_minutes: 10,
            ..Rules::default()
        };
        assert_eq!(rules.checked().unwrap_err().field, "missedAfterMinutes");
        assert!(Rules::default().checked().is_ok());
    }
}
