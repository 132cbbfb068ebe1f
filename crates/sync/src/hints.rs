//! Models that webhooks named: their newest rows are read at once, out of turn.
//!
//! A hint is taken up under the model's lease, before the walk begins, and dismissed after the walk
//! has ended, by the same lease token. So an event that arrives during the walk makes the hint wait
//! once more, and a walk that dies leaves it wanted. A burst of events is one walk now and one a
//! second later.

use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use tidemark_domain::{AgencyId, ConnectionId, Instant, ModelId, Zone};
use tidemark_jobs::drive::{Assignment, ModelEnd, retry_at};
use tidemark_jobs::tally::{AgencyTally, Tally};
use tidemark_jobs::work::{ModelWork, Target};
use tidemark_jobs::{
    Description, Lease, StepBudget, StepError, StepReport, StepRequest, Stream, history,
};
use tidemark_ports::{Platform, Row, Sql, SqlError};

use crate::SyncSettings;
use crate::reader::TransactionSync;

/// The job that does nothing else, for a host that was told of a hint.
pub const DESCRIPTION: Description = Description {
    name: "sync-hinted",
    summary: "Reads the newest rows of the models that Fanvue's webhooks named.",
    interval: Duration::from_mins(15),
};

/// Time between two walks of one model: what makes a burst cheap.
const PAUSE: Duration = Duration::from_secs(1);

/// A model that was named.
struct Hinted {
    work: ModelWork,
    /// when it was last read for a hint
    followed_at: Option<Instant>,
}

/// Runs one step of following hints.
///
/// # Errors
/// [`StepError::Database`]
pub async fn step(
    platform: &impl Platform,
    settings: &SyncSettings,
    request: &StepRequest,
) -> Result<StepReport, StepError> {
    let length = request.budget.unwrap_or(settings.step_budget);
    let budget = StepBudget::starting_now(platform, length);
    let mut tally = Tally::default();
    follow(platform, settings, request.agency, budget, &mut tally).await?;
    let times = (budget.started_at(), platform.now());
    let reports = tally.reports(DESCRIPTION.name, times);
    // Looking for hints in vain is no step worth remembering.
    if reports.iter().any(|(_, report)| report.api_calls > 0) {
        history::record(platform, &reports).await?;
    }
    Ok(tally.total(DESCRIPTION.name, times))
}

/// Reads what is new of every model that was named and is due, several at a time, because most of
/// the time is waiting for Fanvue; what is not due is left over.
///
/// # Errors
/// When the database fails.
pub async fn follow<P: Platform>(
    platform: &P,
    settings: &SyncSettings,
    agency: Option<AgencyId>,
    budget: StepBudget,
    tally: &mut Tally,
) -> Result<(), SqlError> {
    let wanted = wanted(platform, agency, platform.now()).await?;
    let following = wanted.into_iter().map(async |hinted| {
        let agency = hinted.work.agency;
        let mut part = AgencyTally::default();
        part.progress.total = 1;
        let followed = follow_one(platform, settings, &hinted, budget, &mut part).await;
        followed.map(|()| (agency, part))
    });
    let mut parts = stream::iter(following).buffer_unordered(settings.hints_at_once);
    while let Some(part) = parts.next().await {
        let (agency, part) = part?;
        tally.of(agency).add(part);
    }
    Ok(())
}

async fn follow_one<P: Platform>(
    platform: &P,
    settings: &SyncSettings,
    hinted: &Hinted,
    budget: StepBudget,
    part: &mut AgencyTally,
) -> Result<(), SqlError> {
    let (work, now) = (&hinted.work, platform.now());
    let is_resting = hinted
        .followed_at
        .is_some_and(|at| now < at.plus(PAUSE) && at <= now);
    if is_resting || budget.is_used_up(now) {
        part.left_over += 1;
        return Ok(());
    }
    let scope = (work.agency, work.model, Stream::Transactions);
    let Some(lease) = Lease::take(platform, scope, budget, now).await? else {
        part.busy += 1;
        return Ok(());
    };
    if !take_up(platform, lease, now).await? {
        // Another host has followed it meanwhile.
        part.progress.completed += 1;
        return lease.release(platform).await;
    }
    let target = Target {
        since: now,
        full: false,
    };
    let assignment = Assignment {
        work,
        lease,
        target,
        budget,
    };
    let job = TransactionSync::new(platform, settings);
    match job.glance_at(assignment, part).await? {
        ModelEnd::Done => {
            part.progress.completed += 1;
            dismiss(platform, lease).await?;
        }
        ModelEnd::LeaseLost => part.busy += 1,
        ModelEnd::OutOfTime | ModelEnd::Yielded | ModelEnd::Paused(_) | ModelEnd::Incomplete => {
            part.left_over += 1;
        }
        ModelEnd::Failed { code, message } => {
            let retry_at = retry_at(work, platform.now());
            lease.fail(platform, (code, &message), retry_at).await?;
            part.note((work.agency, Some(work.model)), code, message);
            return Ok(());
        }
    }
    lease.release(platform).await
}

/// The models that were named, in the order in which that happened; none that failed a moment ago.
async fn wanted(
    sql: &impl Sql,
    agency: Option<AgencyId>,
    now: Instant,
) -> Result<Vec<Hinted>, SqlError> {
    let parameters = [agency.into(), now.into()];
    let rows = sql
        .query(include_str!("sql/wanted_hints.sql"), &parameters)
        .await?;
    rows.iter().map(hinted_of).collect()
}

fn hinted_of(row: &Row) -> Result<Hinted, SqlError> {
    let zone: String = row.get(6)?;
    let zone = Zone::parse(&zone).map_err(|unknown| SqlError::Shape {
        column: 6,
        expected: "an IANA time zone",
        found: unknown.0,
    })?;
    Ok(Hinted {
        work: ModelWork {
            agency: AgencyId::new(row.get(0)?),
            zone,
            model: ModelId::new(row.get(1)?),
            connection: ConnectionId::new(row.get(2)?),
            own_account: row.get(3)?,
            retry_at: None,
            attempts: row.get(4)?,
            proven_until: row.get(5)?,
        },
        followed_at: row.get(7)?,
    })
}

/// From here on a further event makes a further hint; `false` when the hint is no longer wanted.
async fn take_up(sql: &impl Sql, lease: Lease, now: Instant) -> Result<bool, SqlError> {
    let parameters = [
        lease.agency.into(),
        lease.model.into(),
        lease.token.into(),
        now.into(),
    ];
    let taken = sql
        .query(include_str!("sql/take_up_hint.sql"), &parameters)
        .await?;
    Ok(!taken.is_empty())
}

/// The walk has ended; nothing happens when somebody has taken the hint over.
async fn dismiss(sql: &impl Sql, lease: Lease) -> Result<(), SqlError> {
    let parameters = [lease.agency.into(), lease.model.into(), lease.token.into()];
    sql.query(include_str!("sql/dismiss_hint.sql"), &parameters)
        .await
        .map(drop)
}
