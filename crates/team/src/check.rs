//! The two checks. A step confirms posts, judges what is due, books sales, raises and sends alerts.

mod judge;

use std::collections::BTreeMap;
use std::time::Duration;

use tidemark_connections::ConnectionSettings;
use tidemark_domain::{AgencyId, Zone};
use tidemark_jobs::tally::Tally;
use tidemark_jobs::{Description, StepBudget, StepError, StepReport, StepRequest, history};
use tidemark_ports::{Platform, Sql, SqlError};

use crate::alerts::{delivery, episodes};
use crate::events::SubjectKind;
use crate::points::{rules, sales};
use crate::schedule::feed;
use crate::{LATE_SHIFTS, MISSED_POSTS};

pub use judge::BACKLOG;
pub(crate) use judge::json_of;

/// What a step needs to know from configuration.
pub struct TeamSettings {
    /// how to reach Fanvue, and the keys that open grants and destinations
    pub connections: ConnectionSettings,
    /// wall time of a step that names none
    pub step_budget: Duration,
    /// the base of one further place that alerts may be sent to; empty for none
    pub alert_base_url: String,
}

/// Judges every shift that is due, and attributes sales to those on shift.
///
/// # Errors
/// [`StepError`] when the agency does not exist or the database fails; what was stored before stays
/// stored.
pub async fn check_late_shifts(
    platform: &impl Platform,
    settings: &TeamSettings,
    request: &StepRequest,
) -> Result<StepReport, StepError> {
    check(platform, settings, request, SubjectKind::Shift).await
}

/// Reads what was posted where a plan is open, and judges every planned post that is due.
///
/// # Errors
/// [`StepError`] when the agency does not exist or the database fails; what was stored before stays
/// stored.
pub async fn check_missed_posts(
    platform: &impl Platform,
    settings: &TeamSettings,
    request: &StepRequest,
) -> Result<StepReport, StepError> {
    check(platform, settings, request, SubjectKind::Post).await
}

async fn check<P: Platform>(
    platform: &P,
    settings: &TeamSettings,
    request: &StepRequest,
    kind: SubjectKind,
) -> Result<StepReport, StepError> {
    let job = description(kind);
    let length = request.budget.unwrap_or(settings.step_budget);
    let budget = StepBudget::starting_now(platform, length);
    let mut tally = Tally::default();
    let agencies = agencies_in_scope(platform, request.agency).await?;
    for agency in agencies.keys() {
        tally.of(*agency);
    }
    let unread = match kind {
        SubjectKind::Post => {
            feed::confirm(platform, settings, (request.agency, budget), &mut tally).await?
        }
        SubjectKind::Shift => Vec::new(),
    };
    let books = rules::load(platform, request.agency).await?;
    let scope = judge::Scope {
        agency: request.agency,
        kind,
        unread,
        budget,
    };
    judge::judge(platform, &scope, &books, &mut tally).await?;
    if kind == SubjectKind::Shift {
        for agency in agencies.keys() {
            let book = books.get(agency).cloned().unwrap_or_default();
            sales::settle(platform, *agency, &book, platform.now()).await?;
        }
    }
    episodes::follow(platform, request.agency, platform.now()).await?;
    delivery::deliver(platform, settings, request.agency, budget.deadline()).await?;
    let times = (budget.started_at(), platform.now());
    history::record(platform, &tally.reports(job.name, times)).await?;
    Ok(tally.total(job.name, times))
}

const fn description(kind: SubjectKind) -> Description {
    match kind {
        SubjectKind::Shift => LATE_SHIFTS,
        SubjectKind::Post => MISSED_POSTS,
    }
}

/// The agencies in scope and their zones.
async fn agencies_in_scope(
    sql: &impl Sql,
    agency: Option<AgencyId>,
) -> Result<BTreeMap<AgencyId, Zone>, StepError> {
    let statement =
        "select agency_id, timezone from agencies where $1::uuid is null or agency_id = $1";
    let rows = sql.query(statement, &[agency.into()]).await?;
    if let (Some(agency), true) = (agency, rows.is_empty()) {
        return Err(StepError::NotFound(format!("there is no agency {agency}")));
    }
    rows.iter()
        .map(|row| Ok((AgencyId::new(row.get(0)?), zone_of(&row.get::<String>(1)?)?)))
        .collect::<Result<_, SqlError>>()
        .map_err(StepError::from)
}

/// A stored zone.
pub(crate) fn zone_of(name: &str) -> Result<Zone, SqlError> {
    Zone::parse(name).map_err(|error| SqlError::Shape {
        column: 0,
        expected: "an IANA zone",
        found: error.to_string(),
    })
}
