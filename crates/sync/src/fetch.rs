//! Fetching a page: the right path family, a valid token, patience with passing faults.

use std::time::Duration;

use tidemark_connections::{ConnectionError, ConnectionSettings, access, access_after_rejection};
use tidemark_fanvue::earnings::EarningsRequest;
use tidemark_fanvue::{Account, Answer, EarningsPage, Family, FanvueClient, FanvueError};
use tidemark_jobs::StepBudget;
use tidemark_jobs::work::ModelWork;
use tidemark_ports::Platform;

use crate::plan::Walk;

/// Tries of one page before the model is given up for this step.
const TRIES_PER_PAGE: u32 = 4;

/// The first wait after a passing fault; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Which page, and which family answered before, if any did.
#[derive(Clone, Copy)]
pub struct PageRequest<'a> {
    /// the walk and its cursor
    pub walk: &'a Walk,
    /// the family that is known to answer for this model
    pub family: Option<Family>,
}

/// Fetches pages of one model.
pub struct PageFetcher<'a, P> {
    platform: &'a P,
    connections: &'a ConnectionSettings,
    work: &'a ModelWork,
    budget: StepBudget,
    calls: u32,
}

impl<'a, P: Platform> PageFetcher<'a, P> {
    /// A fetcher for one model within one step.
    pub fn new(
        platform: &'a P,
        connections: &'a ConnectionSettings,
        work: &'a ModelWork,
        budget: StepBudget,
    ) -> Self {
        Self {
            platform,
            connections,
            work,
            budget,
            calls: 0,
        }
    }

    /// Requests sent since the last call.
    pub fn take_calls(&mut self) -> u32 {
        std::mem::take(&mut self.calls)
    }

    /// Fetches a page; waits and tries again where that may help and time allows.
    ///
    /// # Errors
    /// [`ConnectionError`]
    pub async fn fetch(
        &mut self,
        request: PageRequest<'_>,
    ) -> Result<(Family, Answer<EarningsPage>), ConnectionError> {
        let mut wait = FIRST_WAIT;
        for _ in 1..TRIES_PER_PAGE {
            match self.ask_either_family(request).await {
                Err(ConnectionError::Fanvue(error))
                    if error.is_transient() && wait < self.budget.left(self.platform.now()) =>
                {
                    self.platform.sleep(wait).await;
                    wait *= 2;
                }
                result => return result,
            }
        }
        self.ask_either_family(request).await
    }

    /// Asks the family that is known to answer, else `/v1` and then the older paths.
    async fn ask_either_family(
        &mut self,
        request: PageRequest<'_>,
    ) -> Result<(Family, Answer<EarningsPage>), ConnectionError> {
        let family = request.family.unwrap_or(Family::V1);
        match self.authorized(request.walk, family).await {
            Err(ConnectionError::Fanvue(FanvueError::NotFound { .. }))
                if request.family.is_none() =>
            {
                let page = self.authorized(request.walk, Family::Unversioned).await?;
                Ok((Family::Unversioned, page))
            }
            result => Ok((family, result?)),
        }
    }

    /// Sends the request; a rejected token is renewed once.
    async fn authorized(
        &mut self,
        walk: &Walk,
        family: Family,
    ) -> Result<Answer<EarningsPage>, ConnectionError> {
        let (platform, connections) = (self.platform, self.connections);
        let (agency, connection) = (self.work.agency, self.work.connection);
        let account = if self.work.own_account {
            Account::Own
        } else {
            Account::Managed(self.work.model)
        };
        let cursor = walk.cursor.as_deref();
        let page = EarningsRequest {
            family,
            account,
            from: walk.from,
            to: walk.to,
            cursor,
        };
        let grant = access(platform, connections, agency, connection).await?;
        self.calls += 1;
        let client = FanvueClient::new(platform, &connections.fanvue, grant.access_token.clone());
        match client.earnings(page).await {
            Err(FanvueError::Unauthorized { .. }) => {
                let renewed =
                    access_after_rejection(platform, connections, agency, connection, &grant)
                        .await?;
                self.calls += 1;
                let client = FanvueClient::new(platform, &connections.fanvue, renewed.access_token);
                Ok(client.earnings(page).await?)
            }
            result => Ok(result?),
        }
    }
}
