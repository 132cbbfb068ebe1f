//! Reading one model: walk after walk, page after page, until it meets the run's target.

use tidemark_connections::ConnectionError;
use tidemark_fanvue::FanvueError;
use tidemark_jobs::drive::{Assignment, ModelEnd, ModelJob};
use tidemark_jobs::tally::{AgencyTally, Tally};
use tidemark_jobs::{Description, StepError, StepRequest, Stream};
use tidemark_ports::{Platform, SqlError};

use crate::fetch::{PageFetcher, PageRequest};
use crate::ledger::{self, PageWrite, Stored};
use crate::plan::next_walk;
use crate::stream::load_stream;
use crate::{DESCRIPTION, SyncSettings, creators};

/// The job, for one step.
pub struct TransactionSync<'a, P> {
    platform: &'a P,
    settings: &'a SyncSettings,
}

impl<'a, P: Platform> TransactionSync<'a, P> {
    /// The job with nothing done yet.
    pub const fn new(platform: &'a P, settings: &'a SyncSettings) -> Self {
        Self { platform, settings }
    }
}

impl<P: Platform> ModelJob for TransactionSync<'_, P> {
    const DESCRIPTION: Description = DESCRIPTION;
    const STREAM: Stream = Stream::Transactions;

    async fn prepare(&self, request: &StepRequest, tally: &mut Tally) -> Result<(), StepError> {
        let connections = &self.settings.connections;
        Ok(creators::list_again(self.platform, connections, request.agency, tally).await?)
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
        let platform = self.platform;
        let mut fetcher = PageFetcher::new(platform, &self.settings.connections, work, budget);
        let mut state = load_stream(platform, lease).await?;
        while let Some(walk) = next_walk(&state, target, platform.now()) {
            let result = fetcher
                .fetch(PageRequest {
                    walk: &walk,
                    family: state.family,
                })
                .await;
            tally.api_calls += fetcher.take_calls();
            let (family, answer) = match result {
                Ok(page) => page,
                Err(ConnectionError::Fanvue(FanvueError::Refused { .. }))
                    if walk.cursor.is_some() =>
                {
                    state.walk = Some(walk.restarted());
                    continue;
                }
                Err(error) => return end_of(error, platform),
            };
            let write = PageWrite {
                lease,
                walk: &walk,
                family,
                page: &answer.data,
                rate: (work.connection, answer.rate),
                now: platform.now(),
            };
            match ledger::store_page(platform, write).await? {
                Stored::Rows(counts) => tally.rows.add(counts),
                Stored::LeaseLost => return Ok(ModelEnd::LeaseLost),
            }
            state = load_stream(platform, lease).await?;
            // Looked at after a page, so that even the shortest step gets one further.
            if budget.is_used_up(platform.now())
                && next_walk(&state, target, platform.now()).is_some()
            {
                return Ok(ModelEnd::OutOfTime);
            }
        }
        Ok(ModelEnd::Done)
    }
}

/// What a failed fetch means for the model; a failing database stops the step.
fn end_of(error: ConnectionError, platform: &impl Platform) -> Result<ModelEnd, SqlError> {
    match error {
        ConnectionError::Database(error) => Err(error),
        ConnectionError::Fanvue(FanvueError::RateLimited { pause, .. }) => {
            Ok(ModelEnd::Paused(platform.now().plus(pause)))
        }
        error => Ok(ModelEnd::Failed {
            code: error.code(),
            message: error.to_string(),
        }),
    }
}
