//! Counting one model: one call, two for a creator's own account.

use tidemark_connections::{ConnectionError, access, access_after_rejection};
use tidemark_domain::Secret;
use tidemark_fanvue::{Account, FanvueClient, FanvueError};
use tidemark_jobs::drive::{Assignment, ModelEnd, ModelJob};
use tidemark_jobs::tally::{AgencyTally, Tally};
use tidemark_jobs::work::ModelWork;
use tidemark_jobs::{Description, StepError, StepRequest, Stream};
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

    /// Counts a model; a rejected token is renewed once.
    async fn observe(
        &self,
        work: &ModelWork,
        api_calls: &mut u32,
    ) -> Result<Observation, ConnectionError> {
        let connections = &self.settings.connections;
        let (agency, connection) = (work.agency, work.connection);
        let grant = access(self.platform, connections, agency, connection).await?;
        match self
            .count(work, grant.access_token.clone(), api_calls)
            .await
        {
            Err(FanvueError::Unauthorized { .. }) => {
                let renewed =
                    access_after_rejection(self.platform, connections, agency, connection, &grant)
                        .await?;
                Ok(self.count(work, renewed.access_token, api_calls).await?)
            }
            result => Ok(result?),
        }
    }

    async fn count(
        &self,
        work: &ModelWork,
        access_token: Secret,
        api_calls: &mut u32,
    ) -> Result<Observation, FanvueError> {
        let fanvue = &self.settings.connections.fanvue;
        let client = FanvueClient::new(self.platform, fanvue, access_token);
        let result = observe_with(&client, self.platform, work).await;
        *api_calls += client.calls();
        result
    }
}

async fn observe_with<P: Platform>(
    client: &FanvueClient<'_, P>,
    platform: &P,
    work: &ModelWork,
) -> Result<Observation, FanvueError> {
    let account = if work.own_account {
        Account::Own
    } else {
        Account::Managed(work.model)
    };
    let now = platform.now();
    let answer = client.audience(account).await?;
    let unread_messages = match account {
        Account::Own => Some(client.unread_messages().await?.data),
        Account::Managed(_) => None,
    };
    Ok(Observation {
        audience: answer.data,
        unread_messages,
        day: work.zone.day_of(now),
        observed_at: now,
        rate: (work.connection, answer.rate),
    })
}

impl<P: Platform> ModelJob for StatsRefresh<'_, P> {
    const DESCRIPTION: Description = DESCRIPTION;
    const STREAM: Stream = Stream::Audience;

    async fn prepare(&self, _request: &StepRequest, _tally: &mut Tally) -> Result<(), StepError> {
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
            ..
        } = assignment;
        if work.proven_until.is_some_and(|until| until >= target.since) {
            return Ok(ModelEnd::Done);
        }
        match self.observe(work, &mut tally.api_calls).await {
            Ok(observation) => {
                tally.rows.fetched += 1;
                if !counts::store(self.platform, lease, observation).await? {
                    return Ok(ModelEnd::LeaseLost);
                }
                tally.rows.changed += 1;
                Ok(ModelEnd::Done)
            }
            Err(ConnectionError::Database(error)) => Err(error),
            Err(ConnectionError::Fanvue(FanvueError::RateLimited { pause, .. })) => {
                Ok(ModelEnd::Paused(self.platform.now().plus(pause)))
            }
            Err(error) => Ok(ModelEnd::Failed {
                code: error.code(),
                message: error.to_string(),
            }),
        }
    }
}
