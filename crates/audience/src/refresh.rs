//! The job: every model's live counts first, then, in turn, what can wait.

use tidemark_connections::{Caller, ConnectionError};
use tidemark_fanvue::Account;
use tidemark_jobs::drive::{Assignment, ModelEnd, ModelJob};
use tidemark_jobs::tally::{AgencyTally, Tally};
use tidemark_jobs::work::ModelWork;
use tidemark_jobs::{Description, StepBudget, StepError, StepRequest, Stream};
use tidemark_ports::{Platform, SqlError};

use crate::relabel;
use crate::state::State;
use crate::store;
use crate::visit::{Visit, Visited};
use crate::{AudienceSettings, DESCRIPTION};

/// The job, for one step.
pub struct StatsRefresh<'a, P> {
    platform: &'a P,
    settings: &'a AudienceSettings,
    /// whether a person asks, not a schedule
    asked: bool,
}

impl<'a, P: Platform> StatsRefresh<'a, P> {
    /// The job with nothing done yet.
    pub const fn new(
        platform: &'a P,
        settings: &'a AudienceSettings,
        request: &StepRequest,
    ) -> Self {
        Self {
            platform,
            settings,
            asked: request.agency.is_some(),
        }
    }

    /// The state of a model, its history under the days of the agency's present zone; `None` when the
    /// lease was lost.
    async fn state_of(&self, assignment: Assignment<'_>) -> Result<Option<State>, SqlError> {
        let Assignment { work, lease, .. } = assignment;
        let mut state = State::load(self.platform, work, self.platform.now()).await?;
        let zone = work.zone.name();
        if state.progress.zone.as_deref().is_some_and(|it| it != zone) {
            if !relabel::relabel(self.platform, lease, &work.zone).await? {
                return Ok(None);
            }
            state = State::load(self.platform, work, self.platform.now()).await?;
        }
        state.progress.zone = Some(zone.to_owned());
        Ok(Some(state))
    }

    /// Stores what a visit found; `false` when the lease was lost.
    async fn store(&self, assignment: Assignment<'_>, visited: &Visited) -> Result<bool, SqlError> {
        store::store(
            self.platform,
            assignment.lease,
            (&visited.found, &visited.state.progress, visited.reached),
            (assignment.work.connection, visited.rate),
            self.platform.now(),
        )
        .await
    }
}

impl<P: Platform> ModelJob for StatsRefresh<'_, P> {
    const DESCRIPTION: Description = DESCRIPTION;
    const STREAM: Stream = Stream::Audience;

    async fn prepare(
        &self,
        _request: &StepRequest,
        _budget: StepBudget,
        _tally: &mut Tally,
    ) -> Result<(), StepError> {
        Ok(())
    }

    async fn work_on(
        &self,
        assignment: Assignment<'_>,
        tally: &mut AgencyTally,
    ) -> Result<ModelEnd, SqlError> {
        let Some(state) = self.state_of(assignment).await? else {
            return Ok(ModelEnd::LeaseLost);
        };
        let work = assignment.work;
        let caller = Caller::new(
            self.platform,
            &self.settings.connections,
            (work.agency, work.connection),
            Account::of(work.model, work.own_account),
            assignment.budget.deadline(),
        );
        let mut visit = Visit::new(self.platform, caller, assignment, self.asked, state);
        let (result, is_live) = if visit.wants_live() {
            (visit.count_live().await, true)
        } else if visit.wants_slow() {
            (visit.read_slow().await, false)
        } else {
            (Ok(()), false)
        };
        let goes_on = is_live && result.is_ok() && visit.wants_slow();
        if !goes_on {
            note_waiting(&visit, work, tally);
        }
        let visited = visit.end();
        note_visit(&visited, work, tally);
        if let Err(ConnectionError::Database(error)) = result {
            return Err(error);
        }
        if visited.calls > 0 && !self.store(assignment, &visited).await? {
            return Ok(ModelEnd::LeaseLost);
        }
        Ok(match result {
            Ok(()) if goes_on => ModelEnd::Yielded,
            Ok(()) => self.end_of(assignment, &visited),
            Err(ConnectionError::Paused(until)) => ModelEnd::Paused(until),
            Err(error) => ModelEnd::Failed {
                code: error.code(),
                message: error.to_string(),
            },
        })
    }
}

/// Notes what is due and waits because it failed before.
fn note_waiting<P: Platform>(visit: &Visit<'_, P>, work: &ModelWork, tally: &mut AgencyTally) {
    for (kind, trouble) in visit.waiting() {
        let until = trouble.not_before;
        let message = format!("{} failed; the next try is at {until}", kind.name());
        let scope = (work.agency, Some(work.model));
        tally.note(scope, "waiting_to_retry", message);
    }
}

/// Notes what a visit cost, and what failed in it.
fn note_visit(visited: &Visited, work: &ModelWork, tally: &mut AgencyTally) {
    tally.api_calls += visited.calls;
    tally.rows.fetched += u64::from(visited.reached);
    tally.rows.changed += u64::from(visited.reached);
    for kind in &visited.failed {
        if let Some(trouble) = visited.state.progress.troubles.get(kind) {
            let scope = (work.agency, Some(work.model));
            tally.note(scope, &trouble.code, trouble.message.clone());
        }
    }
}

impl<P: Platform> StatsRefresh<'_, P> {
    /// A model is done once its audience was counted, in this run or so lately that asking again would
    /// cost more than a model may.
    fn end_of(&self, assignment: Assignment<'_>, visited: &Visited) -> ModelEnd {
        let now = self.platform.now();
        let counted_at = visited.state.counted_at;
        let in_run = counted_at.is_some_and(|at| at >= assignment.target.since);
        let lately = counted_at.is_some_and(|at| at > now.minus(crate::schedule::WINDOW));
        if visited.reached || in_run || (visited.failed.is_empty() && lately) {
            ModelEnd::Done
        } else {
            ModelEnd::Incomplete
        }
    }
}
