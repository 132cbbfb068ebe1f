//! Counting one model: one call, two for a creator's own account.

use tidemark_connections::{Caller, ConnectionError};
use tidemark_fanvue::Account;
use tidemark_jobs::drive::{Assignment, ModelEnd, ModelJob};
use tidemark_jobs::tally::{AgencyTally, Tally};
use tidemark_jobs::work::ModelWork;
use tidemark_jobs::{Description, StepBudget, StepError, StepRequest, Stream};
use tidemark_ports::{Platform, SqlError};

use crate::counts::{self, Observation};
use crate::{AudienceSettings, DESCRIPTION};

/// The job, for one step.
pub struct StatsRefresh<'a, P> {
    platform: &'a P,
    settings: &'a AudienceSettings,
}

impl<'a, P: Platform> StatsRefresh<'a, P> {
    /// The job with nothing done yet.
    pub const fn new(platform: &'a P, settings: &'a AudienceSettings) -> Self {
        Self { platform, settings }
    }
}

/// Counts a model: one call, two for a creator's own account.
async fn observe<P: Platform>(
    caller: &mut Caller<'_, P>,
    platform: &P,
    work: &ModelWork,
) -> Result<Observation, ConnectionError> {
    let account = caller.account();
    let now = platform.now();
    let audience = caller.call(async |client| client.audience(account).await);
    let audience = audience.await?;
    let unread_messages = match account {
        Account::Own => {
            let unread = caller.call(async |client| client.unread_messages().await);
            Some(unread.await?)
        }
        Account::Managed(_) => None,
    };
    Ok(Observation {
        audience,
        unread_messages,
        day: work.zone.day_of(now),
        observed_at: now,
        rate: (work.connection, caller.reading()),
    })
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
        let Assignment {
            work,
            lease,
            target,
            budget,
        } = assignment;
        if work.proven_until.is_some_and(|until| until >= target.since) {
            return Ok(ModelEnd::Done);
        }
        let mut caller = Caller::new(
            self.platform,
            &self.settings.connections,
            (work.agency, work.connection),
            Account::of(work.model, work.own_account),
            budget.deadline(),
        );
        let result = observe(&mut caller, self.platform, work).await;
        tally.api_calls += caller.take_calls();
        match result {
            Ok(observation) => {
                tally.rows.fetched += 1;
                if !counts::store(self.platform, lease, observation).await? {
                    return Ok(ModelEnd::LeaseLost);
                }
                tally.rows.changed += 1;
                Ok(ModelEnd::Done)
            }
            Err(ConnectionError::Database(error)) => Err(error),
            Err(ConnectionError::Paused(until)) => Ok(ModelEnd::Paused(until)),
            Err(error) => Ok(ModelEnd::Failed {
                code: error.code(),
                message: error.to_string(),
            }),
        }
    }
}
