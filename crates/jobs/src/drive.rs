//! The frame of every job that goes through models: runs, leases, order, outcome, history.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use tidemark_domain::{AgencyId, Instant, backoff};
use tidemark_ports::{Platform, SqlError};

use crate::queue::Queue;
use crate::run::{self, Run};
use crate::tally::{AgencyTally, Tally};
use crate::work::{ModelWork, Target, models_in_scope};
use crate::{Description, Lease, StepBudget, StepError, StepReport, StepRequest, Stream, history};

/// How the work on a model ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelEnd {
    /// It meets the target.
    Done,
    /// The step's time is used up; what was done is stored.
    OutOfTime,
    /// More is left to do, but nothing that could not wait for the other models.
    Yielded,
    /// Somebody else has taken the lease over.
    LeaseLost,
    /// Fanvue asks to wait until then.
    Paused(Instant),
    /// Parts of it failed and nothing was reached; the problems are noted already, and the job knows
    /// by itself when to try what again.
    Incomplete,
    /// It cannot be done now.
    Failed {
        /// a stable machine code
        code: &'static str,
        /// a sentence for people, without secrets
        message: String,
    },
}

/// One model, the right to write it, and how far to go.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'a> {
    /// the model
    pub work: &'a ModelWork,
    /// the right to write its stream
    pub lease: Lease,
    /// when it is done
    pub target: Target,
    /// when to stop
    pub budget: StepBudget,
}

/// A job that works on one model at a time, under a lease.
pub trait ModelJob {
    /// What the job is.
    const DESCRIPTION: Description;
    /// Which stream of a model it writes.
    const STREAM: Stream;

    /// Work before the models are listed, such as finding them; problems go into the tally.
    fn prepare(
        &self,
        request: &StepRequest,
        budget: StepBudget,
        tally: &mut Tally,
    ) -> impl Future<Output = Result<(), StepError>>;

    /// Works on a model until it meets the target, time is up or something stops it. Calls and
    /// rows are added to the agency's tally as they happen.
    fn work_on(
        &self,
        assignment: Assignment<'_>,
        tally: &mut AgencyTally,
    ) -> impl Future<Output = Result<ModelEnd, SqlError>>;
}

/// Runs one step of a job and records it.
///
/// # Errors
/// [`StepError`] when the step could not begin or the database failed; what was stored before
/// stays stored.
pub async fn drive<P: Platform, J: ModelJob>(
    platform: &P,
    job: &J,
    request: &StepRequest,
    usual_budget: Duration,
) -> Result<StepReport, StepError> {
    let name = J::DESCRIPTION.name;
    let budget = StepBudget::starting_now(platform, request.budget.unwrap_or(usual_budget));
    let mut tally = Tally::default();

    let runs = run::open(platform, name, request, budget.started_at()).await?;
    for run in &runs {
        tally.of(run.agency);
    }
    job.prepare(request, budget, &mut tally).await?;
    let work = models_in_scope(platform, J::STREAM, request).await?;
    let queue = queue_of(work, (request, budget), &runs, &mut tally);
    go_through(platform, job, queue, budget, &mut tally).await?;

    if request.model.is_none() {
        for run in runs.iter().filter(|run| tally.is_finished(run.agency)) {
            run::close(platform, name, run).await?;
        }
    }
    let times = (budget.started_at(), platform.now());
    history::record(platform, &tally.reports(name, times)).await?;
    Ok(tally.total(name, times))
}

/// All models in scope, but for those that failed a moment ago: only a person's own request tries
/// them again before their time.
fn queue_of(
    work: Vec<ModelWork>,
    (request, budget): (&StepRequest, StepBudget),
    runs: &[Run],
    tally: &mut Tally,
) -> Queue {
    let targets: BTreeMap<AgencyId, Target> = runs
        .iter()
        .map(|run| {
            (
                run.agency,
                Target {
                    since: run.started_at,
                    full: run.full,
                },
            )
        })
        .collect();
    let mut queue = Queue::default();
    for model in work {
        // An agency that came to be after the runs were opened is served by the next step.
        let Some(target) = targets.get(&model.agency) else {
            continue;
        };
        let part = tally.of(model.agency);
        part.progress.total += 1;
        match model.retry_at.filter(|until| *until > budget.started_at()) {
            Some(until) if request.agency.is_none() => part.note(
                (model.agency, Some(model.model)),
                "waiting_to_retry",
                format!("failed before; the next try is at {until}"),
            ),
            _ => queue.add(model, *target, None),
        }
    }
    queue
}

async fn go_through<P: Platform, J: ModelJob>(
    platform: &P,
    job: &J,
    mut queue: Queue,
    budget: StepBudget,
    tally: &mut Tally,
) -> Result<(), SqlError> {
    while let Some((work, target)) = queue.next(platform, budget).await {
        let part = tally.of(work.agency);
        let scope = (work.agency, work.model, J::STREAM);
        let Some(lease) = Lease::take(platform, scope, budget, platform.now()).await? else {
            part.busy += 1;
            continue;
        };
        let assignment = Assignment {
            work: &work,
            lease,
            target,
            budget,
        };
        let calls_before = part.api_calls;
        let end = job.work_on(assignment, part).await?;
        // Finding that a model needs nothing is no progress.
        if part.api_calls > calls_before {
            queue.note_progress();
        }
        match end {
            ModelEnd::Failed { code, message } => {
                let retry_at = retry_at(&work, platform.now());
                lease.fail(platform, (code, &message), retry_at).await?;
                part.note((work.agency, Some(work.model)), code, message);
                continue;
            }
            ModelEnd::Done => part.progress.completed += 1,
            ModelEnd::Incomplete => {}
            ModelEnd::LeaseLost => part.busy += 1,
            ModelEnd::OutOfTime | ModelEnd::Yielded => queue.add(work, target, None),
            ModelEnd::Paused(until) => queue.add(work, target, Some(until)),
        }
        lease.release(platform).await?;
    }
    for agency in queue.agencies() {
        tally.of(agency).left_over += 1;
    }
    Ok(())
}

/// When a failed model is tried again: later with each failure in a row.
pub fn retry_at(work: &ModelWork, now: Instant) -> Instant {
    let attempt = u32::try_from(work.attempts).unwrap_or(0).saturating_add(1);
    now.plus(backoff::MODEL.pause(attempt, now, work.model.uuid().as_u128()))
}
