//! Calls to Fanvue for one creator: a valid token, within the shared budget, patient with passing
//! faults.
//!
//! All jobs on all hosts draw from the same bucket. What its headers last said is kept in the
//! database (`rate_buckets`), so a caller that begins knows what the others left over. A caller
//! stops at a reserve instead of running into a 429, and a 429 is a pause for everybody.

use std::time::Duration;

use tidemark_domain::{AgencyId, ConnectionId, Instant, backoff};
use tidemark_fanvue::{Account, Answer, FanvueClient, FanvueError, RateReading};
use tidemark_ports::{Platform, SqlError};

use crate::access::{Grant, access, access_after_rejection};
use crate::budget::{self, Standing};
use crate::{ConnectionError, ConnectionSettings};

/// Tries of one request before it is given up.
const TRIES: u32 = 4;

/// Sends requests for one account of one grant.
pub struct Caller<'a, P> {
    platform: &'a P,
    settings: &'a ConnectionSettings,
    id: (AgencyId, ConnectionId),
    account: Account,
    deadline: Instant,
    standing: Option<Standing>,
    /// kept within a step until it is due for renewal, so that a page costs no look-up
    grant: Option<Grant>,
    calls: u32,
    /// how many more requests may be sent; `None` is any number
    allowance: Option<u32>,
}

impl<'a, P: Platform> Caller<'a, P> {
    /// A caller that waits for nothing beyond `deadline`.
    pub const fn new(
        platform: &'a P,
        settings: &'a ConnectionSettings,
        id: (AgencyId, ConnectionId),
        account: Account,
        deadline: Instant,
    ) -> Self {
        Self {
            platform,
            settings,
            id,
            account,
            deadline,
            standing: None,
            grant: None,
            calls: 0,
            allowance: None,
        }
    }

    /// Whose data it asks for.
    pub const fn account(&self) -> Account {
        self.account
    }

    /// Requests sent since the last call of this.
    pub fn take_calls(&mut self) -> u32 {
        std::mem::take(&mut self.calls)
    }

    /// From now on the next call sends at most so many requests, repeats among them; a call always
    /// sends one.
    pub const fn allow(&mut self, requests: u32) {
        self.allowance = Some(requests);
    }

    /// The bucket as the last answer told it.
    pub fn reading(&self) -> Option<RateReading> {
        self.standing.and_then(|standing| standing.reading)
    }

    /// Sends what `ask` sends; waits and tries again where that may help and time allows.
    ///
    /// # Errors
    /// [`ConnectionError::Paused`] when the bucket is used up, otherwise what went wrong last.
    pub async fn call<T>(
        &mut self,
        ask: impl AsyncFn(&FanvueClient<'_, P>) -> Result<Answer<T>, FanvueError>,
    ) -> Result<T, ConnectionError> {
        for attempt in 1.. {
            self.admit().await?;
            match self.authorized(&ask).await {
                Ok(answer) => return Ok(self.note(answer)),
                Err(ConnectionError::Fanvue(FanvueError::RateLimited { pause, .. })) => {
                    return Err(self.pause(pause).await?);
                }
                Err(ConnectionError::Fanvue(error))
                    if error.is_transient()
                        && attempt < TRIES
                        && self.may_repeat()
                        && self.waited(attempt).await => {}
                Err(error) => return Err(error),
            }
        }
        unreachable!("the last attempt returns")
    }

    /// Refuses before Fanvue would have to.
    async fn admit(&mut self) -> Result<(), ConnectionError> {
        let standing = match self.standing {
            Some(standing) => standing,
            None => budget::standing(self.platform, self.id, self.account.bucket()).await?,
        };
        self.standing = Some(standing);
        match standing.closed_until(self.platform.now()) {
            Some(until) => Err(ConnectionError::Paused(until)),
            None => Ok(()),
        }
    }

    /// Sends the request; a rejected token is renewed once.
    async fn authorized<T>(
        &mut self,
        ask: &impl AsyncFn(&FanvueClient<'_, P>) -> Result<Answer<T>, FanvueError>,
    ) -> Result<Answer<T>, ConnectionError> {
        let (platform, settings, (agency, connection)) = (self.platform, self.settings, self.id);
        let now = platform.now();
        let grant = match self.grant.take() {
            Some(grant) if now < grant.renew_at => grant,
            _ => access(platform, settings, agency, connection).await?,
        };
        let result = self.send(ask, &grant).await;
        if !matches!(result, Err(FanvueError::Unauthorized { .. })) {
            self.grant = Some(grant);
            return Ok(result?);
        }
        let renewed =
            access_after_rejection(platform, settings, agency, connection, &grant).await?;
        if !self.may_repeat() {
            self.grant = Some(renewed);
            return Ok(result?);
        }
        let result = self.send(ask, &renewed).await;
        self.grant = Some(renewed);
        Ok(result?)
    }

    async fn send<T>(
        &mut self,
        ask: &impl AsyncFn(&FanvueClient<'_, P>) -> Result<Answer<T>, FanvueError>,
        grant: &Grant,
    ) -> Result<Answer<T>, FanvueError> {
        let token = grant.access_token.clone();
        let client = FanvueClient::new(self.platform, &self.settings.fanvue, token);
        let result = ask(&client).await;
        self.calls += client.calls();
        self.allowance = self
            .allowance
            .map(|left| left.saturating_sub(client.calls()));
        result
    }

    fn may_repeat(&self) -> bool {
        self.allowance.is_none_or(|left| left > 0)
    }

    fn note<T>(&mut self, answer: Answer<T>) -> T {
        if let (Some(reading), Some(standing)) = (answer.rate, &mut self.standing) {
            standing.reading = Some(reading);
        }
        answer.data
    }

    /// A 429: nobody asks again before its time.
    async fn pause(&mut self, pause: Duration) -> Result<ConnectionError, SqlError> {
        let now = self.platform.now();
        let until = now
            .plus(pause)
            .plus(backoff::jitter(pause / 10, now, self.seed()));
        if let Some(standing) = &mut self.standing {
            standing.paused_until = Some(until);
        }
        let bucket = self.account.bucket();
        budget::store_pause(self.platform, self.id, bucket, until, now).await?;
        Ok(ConnectionError::Paused(until))
    }

    /// Waits before the next attempt, unless that would pass the deadline.
    async fn waited(&self, attempt: u32) -> bool {
        let now = self.platform.now();
        let wait = backoff::REQUEST.wait(attempt, now, self.seed());
        let fits = now.plus(wait) < self.deadline;
        if fits {
            self.platform.sleep(wait).await;
        }
        fits
    }

    fn seed(&self) -> u128 {
        self.id.1.uuid().as_u128()
    }
}
