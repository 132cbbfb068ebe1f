//! Judging: read what is due, fold it through the state machine, store what is new.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use tidemark_domain::{AgencyId, Instant, Zone};
use tidemark_jobs::StepBudget;
use tidemark_jobs::tally::Tally;
use tidemark_ports::{Platform, Row, Sql, SqlError, Value};
use uuid::Uuid;

use super::zone_of;
use crate::alerts::message::{self, About};
use crate::events::{Event, Recorded, Standing, SubjectKind, missing, present};
use crate::points::RuleBook;
use crate::punctuality::{History, State, Subject};

/// What is found of older subjects is recorded, but nobody is told and no points are booked: a first
/// run, or a history that was imported, neither floods a channel nor punishes anybody (D114).
pub const BACKLOG: Duration = Duration::from_hours(35 * 24);

/// Subjects of one statement.
const BATCH: i64 = 500;

/// What to judge.
pub(super) struct Scope {
    /// one agency, or all
    pub agency: Option<AgencyId>,
    /// shifts or posts
    pub kind: SubjectKind,
    /// `agency/model` whose posts could not be read: their open plans wait
    pub unread: Vec<String>,
    /// when to stop
    pub budget: StepBudget,
}

/// A subject that is due.
struct Due {
    agency: AgencyId,
    subject_id: Uuid,
    revision: i64,
    member_id: Uuid,
    member_name: String,
    model_handle: Option<String>,
    zone: Zone,
    recorded: Vec<Recorded>,
    cancelled_at: Option<Instant>,
    planned_at: Instant,
    done_at: Option<Instant>,
    ends_at: Option<Instant>,
}

#[derive(Serialize)]
struct Verdict {
    agency_id: AgencyId,
    subject_id: Uuid,
    revision: i64,
    member_id: Uuid,
    state: &'static str,
    minutes_late: Option<i64>,
    check_at: Option<Instant>,
}

#[derive(Serialize)]
struct NewEvent {
    agency_id: AgencyId,
    subject_id: Uuid,
    #[serde(flatten)]
    event: Event,
    alert_title: Option<String>,
    alert_detail: Option<String>,
}

/// Judges what is due, batch by batch, until nothing is or time is up.
pub(super) async fn judge<P: Platform>(
    platform: &P,
    scope: &Scope,
    books: &BTreeMap<AgencyId, RuleBook>,
    tally: &mut Tally,
) -> Result<(), SqlError> {
    loop {
        let now = platform.now();
        let due = due(platform, scope, now).await?;
        let (mut verdicts, mut events) = (Vec::new(), Vec::new());
        for subject in &due {
            let book = books.get(&subject.agency).cloned().unwrap_or_default();
            tally.of(subject.agency).rows.fetched += 1;
            subject.judge(scope.kind, &book, now, (&mut verdicts, &mut events));
        }
        store(platform, scope.kind, (&verdicts, &events), now, tally).await?;
        if i64::try_from(due.len()).unwrap_or(i64::MAX) < BATCH {
            return Ok(());
        }
        if scope.budget.is_used_up(platform.now()) {
            for subject in &due {
                tally.of(subject.agency).left_over = 1;
            }
            return Ok(());
        }
    }
}

async fn due(sql: &impl Sql, scope: &Scope, now: Instant) -> Result<Vec<Due>, SqlError> {
    let mut parameters = vec![scope.agency.into(), now.into(), BATCH.into()];
    let statement = match scope.kind {
        SubjectKind::Shift => include_str!("../sql/due_shifts.sql"),
        SubjectKind::Post => {
            parameters.push(scope.unread.clone().into());
            include_str!("../sql/due_posts.sql")
        }
    };
    let rows = sql.query(statement, &parameters).await?;
    rows.iter().map(|row| Due::read(row, scope.kind)).collect()
}

impl Due {
    fn read(row: &Row, kind: SubjectKind) -> Result<Self, SqlError> {
        Ok(Self {
            agency: AgencyId::new(row.get(0)?),
            subject_id: row.get(1)?,
            revision: row.get(2)?,
            member_id: row.get(3)?,
            member_name: row.get(4)?,
            model_handle: row.get(5)?,
            zone: zone_of(&row.get::<String>(6)?)?,
            recorded: row.json(7)?,
            cancelled_at: row.get(8)?,
            planned_at: row.get(9)?,
            done_at: row.get(10)?,
            ends_at: match kind {
                SubjectKind::Shift => Some(row.get(11)?),
                SubjectKind::Post => None,
            },
        })
    }

    fn judge(
        &self,
        kind: SubjectKind,
        book: &RuleBook,
        now: Instant,
        (verdicts, events): (&mut Vec<Verdict>, &mut Vec<NewEvent>),
    ) {
        let rules = book.at(self.planned_at);
        let (done_at, cancelled_at) = (self.done_at, self.cancelled_at);
        let subject = match self.ends_at {
            Some(ends_at) => {
                let planned = (self.planned_at, ends_at);
                Subject::shift(planned, done_at, cancelled_at, rules.thresholds())
            }
            None => Subject::post(self.planned_at, done_at, cancelled_at, rules.thresholds()),
        };
        let history = subject.history(present(&self.recorded, now));
        let standing = Standing {
            kind,
            member_id: self.member_id,
            planned_at: self.planned_at,
            history: &history,
            rules: &rules,
            quiet: self.planned_at < now.minus(BACKLOG),
        };
        let found = missing(&standing, &self.recorded);
        let to_tell = to_tell(&found, &history);
        for event in found {
            let about = About {
                member: &self.member_name,
                model: self.model_handle.as_deref(),
                planned_at: self.planned_at,
                minutes_late: event.minutes_late,
                zone: &self.zone,
            };
            let text = (to_tell == Some((event.kind, event.occurrence)) && !event.withdrawal)
                .then(|| message::of_event(event.kind, &about))
                .flatten();
            let (alert_title, alert_detail) = text.unzip();
            events.push(NewEvent {
                agency_id: self.agency,
                subject_id: self.subject_id,
                event,
                alert_title,
                alert_detail,
            });
        }
        verdicts.push(Verdict {
            agency_id: self.agency,
            subject_id: self.subject_id,
            revision: self.revision,
            member_id: self.member_id,
            state: history.state.word(),
            minutes_late: history.minutes_late(),
            check_at: history.next_at,
        });
    }
}

/// Of several events found at once only the last one that stands is told: after an outage nobody needs
/// to hear that a missed shift was late before.
fn to_tell(found: &[Event], history: &History) -> Option<(&'static str, i32)> {
    if history.state == State::Withdrawn {
        return None;
    }
    let is_gone = |event: &Event| {
        found.iter().any(|other| {
            other.withdrawal && (other.kind, other.occurrence) == (event.kind, event.occurrence)
        })
    };
    let mut standing = found
        .iter()
        .rev()
        .filter(|event| !event.withdrawal && !is_gone(event));
    standing
        .next()
        .filter(|event| !event.quiet)
        .map(|event| (event.kind, event.occurrence))
}

async fn store(
    sql: &impl Sql,
    kind: SubjectKind,
    (verdicts, events): (&[Verdict], &[NewEvent]),
    now: Instant,
    tally: &mut Tally,
) -> Result<(), SqlError> {
    if verdicts.is_empty() {
        return Ok(());
    }
    let statement = match kind {
        SubjectKind::Shift => concat!(
            include_str!("../sql/hold_shifts.sql"),
            include_str!("../sql/book_verdicts.sql")
        ),
        SubjectKind::Post => concat!(
            include_str!("../sql/hold_posts.sql"),
            include_str!("../sql/book_verdicts.sql")
        ),
    };
    let parameters = [
        kind.word().into(),
        json_of(verdicts),
        json_of(events),
        now.into(),
    ];
    for row in sql.query(statement, &parameters).await? {
        let rows = &mut tally.of(AgencyId::new(row.get(0)?)).rows;
        let count = |column| -> Result<u64, SqlError> {
            Ok(u64::try_from(row.get::<i64>(column)?).unwrap_or(0))
        };
        let (found, taken_back) = (count(2)?, count(3)?);
        rows.inserted += found;
        rows.changed += taken_back;
        rows.unchanged += count(1)?.saturating_sub(found + taken_back);
    }
    Ok(())
}

/// Rows as one jsonb parameter.
pub fn json_of(rows: &[impl Serialize]) -> Value {
    let json = serde_json::to_vec(rows).expect("invariant: rows have only string keys");
    Value::Json(json)
}
