//! What other rules would have given: the same facts, folded with them; nothing is written.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use tidemark_domain::{AgencyId, Instant};
use tidemark_ports::{Row, Sql, SqlError};
use uuid::Uuid;

use super::rules::Version;
use super::{RuleBook, Rules};
use crate::events::SubjectKind;
use crate::punctuality::{Finding, Subject};

/// The most shifts and posts that are looked at.
pub const MOST_FACTS: i64 = 20_000;

/// What a set of rules gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// shifts and posts on time
    pub on_time: i64,
    /// those that came late
    pub late: i64,
    /// those that were missed
    pub missed: i64,
    /// points for them
    pub plan_points: i64,
    /// points for sales
    pub sale_points: i64,
    /// all points
    pub points: i64,
}

/// A member under the rules in force, and under the others.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// who
    pub member_id: Uuid,
    /// with the rules in force at the time
    pub current: Outcome,
    /// with the proposed ones
    pub proposed: Outcome,
}

/// A preview.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// the members who would have points
    pub members: Vec<Comparison>,
    /// whether there were more shifts and posts than are looked at; the newest were
    pub truncated: bool,
}

/// A shift or a post of the time.
struct Fact {
    kind: SubjectKind,
    member_id: Uuid,
    planned_at: Instant,
    ends_at: Option<Instant>,
    done_at: Option<Instant>,
    cancelled_at: Option<Instant>,
}

/// Compares rules over the time from `from` to `now`.
///
/// # Errors
/// When a statement fails.
pub async fn preview(
    sql: &impl Sql,
    agency: AgencyId,
    (in_force, proposed): (&RuleBook, Rules),
    (from, now): (Instant, Instant),
) -> Result<Preview, SqlError> {
    let proposed = RuleBook::new(vec![Version {
        valid_from: Instant::from_micros(0),
        rules: proposed,
    }]);
    let parameters = [agency.into(), from.into(), now.into(), MOST_FACTS.into()];
    let rows = sql
        .query(include_str!("../sql/facts.sql"), &parameters)
        .await?;
    let facts = rows.iter().map(Fact::read).collect::<Result<Vec<_>, _>>()?;
    let mut members: BTreeMap<Uuid, [Outcome; 2]> = BTreeMap::new();
    for (side, book) in [in_force, &proposed].into_iter().enumerate() {
        for fact in &facts {
            let outcomes = members.entry(fact.member_id).or_default();
            fact.count(book, now, &mut outcomes[side]);
        }
        for (member, points) in sales(sql, agency, book, (from, now)).await? {
            members.entry(member).or_default()[side].sale_points = points;
        }
    }
    let members = members.into_iter().map(|(member_id, outcomes)| {
        let [current, proposed] = outcomes.map(|outcome| Outcome {
            points: outcome.plan_points + outcome.sale_points,
            ..outcome
        });
        Comparison {
            member_id,
            current,
            proposed,
        }
    });
    Ok(Preview {
        members: members.collect(),
        truncated: i64::try_from(facts.len()).is_ok_and(|count| count >= MOST_FACTS),
    })
}

async fn sales(
    sql: &impl Sql,
    agency: AgencyId,
    book: &RuleBook,
    (from, now): (Instant, Instant),
) -> Result<Vec<(Uuid, i64)>, SqlError> {
    let statement = concat!(
        include_str!("../sql/sales_on_shift.sql"),
        include_str!("../sql/preview_sales.sql")
    );
    let parameters = [agency.into(), from.into(), now.into(), book.sale_rates()];
    let rows = sql.query(statement, &parameters).await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

impl Fact {
    fn read(row: &Row) -> Result<Self, SqlError> {
        let kind: String = row.get(0)?;
        Ok(Self {
            kind: match kind.as_str() {
                "shift" => SubjectKind::Shift,
                _ => SubjectKind::Post,
            },
            member_id: row.get(1)?,
            planned_at: row.get(2)?,
            ends_at: row.get(3)?,
            done_at: row.get(4)?,
            cancelled_at: row.get(5)?,
        })
    }

    fn count(&self, book: &RuleBook, now: Instant, outcome: &mut Outcome) {
        let rules = book.at(self.planned_at);
        let (done_at, cancelled_at, thresholds) =
            (self.done_at, self.cancelled_at, rules.thresholds());
        let subject = match self.ends_at {
            Some(ends_at) => Subject::shift(
                (self.planned_at, ends_at),
                done_at,
                cancelled_at,
                thresholds,
            ),
            None => Subject::post(self.planned_at, done_at, cancelled_at, thresholds),
        };
        for found in subject.history(now).standing() {
            outcome.plan_points += rules.points(self.kind, found.finding);
            match found.finding {
                Finding::OnTime => outcome.on_time += 1,
                Finding::LateResolved => outcome.late += 1,
                Finding::Missed => outcome.missed += 1,
                Finding::Late => {}
            }
        }
    }
}

/// The longest time that is compared: that over which sales are settled.
pub const LONGEST: Duration = super::sales::LOOK_BACK;
