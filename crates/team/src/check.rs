//! The two checks: read what is due and unsettled, judge it, store the verdicts.

use std::time::Duration;

use serde::Serialize;
use tidemark_domain::{AgencyId, Instant};
use tidemark_jobs::tally::Tally;
use tidemark_jobs::{Description, StepError, StepReport, StepRequest, history};
use tidemark_ports::{Platform, Row, Sql, SqlError, Value};
use uuid::Uuid;

use crate::punctuality::Subject;
use crate::{LATE_SHIFTS, MISSED_POSTS};

/// Older subjects are left alone, so that a first run does not report years of backlog (D114).
const BACKLOG: Duration = Duration::from_hours(35 * 24);

/// A subject and what was found of it.
#[derive(Serialize)]
struct Verdict {
    agency_id: AgencyId,
    subject_id: Uuid,
    member_id: Uuid,
    state: &'static str,
    minutes_late: Option<i64>,
}

/// Judges every shift that is due and not settled.
///
/// # Errors
/// [`StepError`] when the agency does not exist or the database fails.
pub async fn check_late_shifts(
    platform: &impl Platform,
    request: &StepRequest,
) -> Result<StepReport, StepError> {
    let due = include_str!("sql/due_shifts.sql");
    check(platform, request, (LATE_SHIFTS, "shift", due), |row| {
        Ok(Subject::shift(
            (row.get(3)?, row.get(4)?),
            row.get(5)?,
            row.get(6)?,
        ))
    })
    .await
}

/// Judges every planned post that is due and not settled.
///
/// # Errors
/// [`StepError`] when the agency does not exist or the database fails.
pub async fn check_missed_posts(
    platform: &impl Platform,
    request: &StepRequest,
) -> Result<StepReport, StepError> {
    let due = include_str!("sql/due_posts.sql");
    check(platform, request, (MISSED_POSTS, "post", due), |row| {
        Ok(Subject::post(row.get(3)?, row.get(4)?, row.get(5)?))
    })
    .await
}

async fn check(
    platform: &impl Platform,
    request: &StepRequest,
    (job, kind, due): (Description, &str, &str),
    subject_of: impl Fn(&Row) -> Result<Subject, SqlError>,
) -> Result<StepReport, StepError> {
    let now = platform.now();
    let mut tally = tally_of_agencies(platform, request.agency).await?;

    let oldest = now.minus(BACKLOG);
    let rows = platform
        .query(due, &[request.agency.into(), oldest.into(), now.into()])
        .await?;
    let mut verdicts = Vec::with_capacity(rows.len());
    for row in &rows {
        let agency_id = AgencyId::new(row.get(0)?);
        tally.of(agency_id).rows.fetched += 1;
        if let Some(punctuality) = subject_of(row)?.judge(now) {
            tally.of(agency_id).rows.unchanged += 1;
            verdicts.push(Verdict {
                agency_id,
                subject_id: row.get(1)?,
                member_id: row.get(2)?,
                state: punctuality.word(),
                minutes_late: punctuality.minutes_late(),
            });
        }
    }
    store(platform, kind, &verdicts, now, &mut tally).await?;
    let times = (now, platform.now());
    history::record(platform, &tally.reports(job.name, times)).await?;
    Ok(tally.total(job.name, times))
}

async fn tally_of_agencies(sql: &impl Sql, agency: Option<AgencyId>) -> Result<Tally, StepError> {
    let statement = "select agency_id from agencies where $1::uuid is null or agency_id = $1";
    let rows = sql.query(statement, &[agency.into()]).await?;
    if let (Some(agency), true) = (agency, rows.is_empty()) {
        return Err(StepError::NotFound(format!("there is no agency {agency}")));
    }
    let mut tally = Tally::default();
    for row in &rows {
        tally.of(AgencyId::new(row.get(0)?));
    }
    Ok(tally)
}

/// Stores the verdicts that say something new and moves them from `unchanged` to their fate.
async fn store(
    sql: &impl Sql,
    kind: &str,
    verdicts: &[Verdict],
    now: Instant,
    tally: &mut Tally,
) -> Result<(), SqlError> {
    let json = serde_json::to_vec(verdicts).expect("invariant: verdicts have only string keys");
    let statement = include_str!("sql/store_verdicts.sql");
    for row in sql
        .query(statement, &[kind.into(), Value::Json(json), now.into()])
        .await?
    {
        let rows = &mut tally.of(AgencyId::new(row.get(0)?)).rows;
        rows.inserted = u64::try_from(row.get::<i64>(1)?).unwrap_or(0);
        rows.changed = u64::try_from(row.get::<i64>(2)?).unwrap_or(0);
        rows.unchanged = rows.unchanged.saturating_sub(rows.inserted + rows.changed);
    }
    Ok(())
}
