//! One visit to a model: the calls that are due, each kind by itself.

mod slow;

use tidemark_connections::{Caller, ConnectionError};
use tidemark_domain::Instant;
use tidemark_fanvue::audience::AudienceCounts;
use tidemark_fanvue::{Account, Answer, FanvueClient, FanvueError};
use tidemark_jobs::drive::Assignment;
use tidemark_jobs::work::ModelWork;
use tidemark_ports::Platform;

use crate::kind::Kind;
use crate::past::Past;
use crate::schedule;
use crate::state::{State, Trouble};
use crate::store::Findings;

/// Requests that one call may take: itself and one repeat.
const TRIES: usize = 2;

/// A visit under way.
pub struct Visit<'a, P> {
    platform: &'a P,
    caller: Caller<'a, P>,
    work: &'a ModelWork,
    /// the beginning of the run
    since: Instant,
    /// whether a person waits for it
    asked: bool,
    state: State,
    found: Findings,
    calls: u32,
    /// whether any kind was read
    reached: bool,
    failed: Vec<Kind>,
}

/// What a visit came to.
pub struct Visited {
    /// what to go on from
    pub state: State,
    /// what to store
    pub found: Findings,
    /// requests sent
    pub calls: u32,
    /// whether any kind was read
    pub reached: bool,
    /// kinds that failed just now
    pub failed: Vec<Kind>,
    /// the bucket as the last answer told it
    pub rate: Option<tidemark_fanvue::RateReading>,
}

impl<'a, P: Platform> Visit<'a, P> {
    /// A visit that has not begun.
    pub fn new(
        platform: &'a P,
        caller: Caller<'a, P>,
        assignment: Assignment<'a>,
        asked: bool,
        state: State,
    ) -> Self {
        Self {
            platform,
            caller,
            work: assignment.work,
            since: assignment.target.since,
            asked,
            state,
            found: Findings::default(),
            calls: 0,
            reached: false,
            failed: Vec::new(),
        }
    }

    /// What it came to.
    pub fn end(self) -> Visited {
        Visited {
            state: self.state,
            found: self.found,
            calls: self.calls,
            reached: self.reached,
            failed: self.failed,
            rate: self.caller.reading(),
        }
    }

    /// Whether a kind is due, leaving aside whether it failed a moment ago.
    fn is_due(&self, kind: Kind) -> bool {
        let (state, now) = (&self.state, self.platform.now());
        let slow = |last| schedule::is_due(kind, self.work.model, last, now);
        // A run that takes long does not keep its counts from being taken again, and no more does a
        // clock that was ahead.
        let live = |last: Option<Instant>| {
            last.is_none_or(|at| at < self.since || at <= now.minus(schedule::LIVE) || at > now)
        };
        match kind {
            Kind::Audience => live(state.counted_at),
            Kind::Unread => self.work.own_account && live(state.unread_at),
            Kind::Flows => {
                slow(state.flows_at)
                    || state.begins_walk(now)
                    || matches!(state.progress.past, Past::Walking(_))
            }
            Kind::Posts => slow(state.posts_at) || state.progress.posts.is_open(),
        }
    }

    /// The failure that keeps a kind from being tried now: in this run, or a schedule before its time.
    fn obstacle(&self, kind: Kind) -> Option<&Trouble> {
        let now = self.platform.now();
        let trouble = self.state.progress.troubles.get(&kind)?;
        let waits = trouble.failed_at >= self.since || (!self.asked && now < trouble.not_before);
        (waits && trouble.failed_at <= now).then_some(trouble)
    }

    fn is_wanted(&self, kind: Kind) -> bool {
        self.is_due(kind) && self.obstacle(kind).is_none()
    }

    /// Kinds that are due and wait because they failed in an earlier run.
    pub fn waiting(&self) -> impl Iterator<Item = (Kind, &Trouble)> {
        [Kind::Audience, Kind::Unread, Kind::Flows, Kind::Posts]
            .into_iter()
            .filter(|kind| self.is_due(*kind))
            .filter_map(|kind| Some((kind, self.obstacle(kind)?)))
            .filter(|(_, trouble)| trouble.failed_at < self.since)
    }

    /// Whether a live count is due and can be asked for.
    pub fn wants_live(&self) -> bool {
        let wanted = self.is_wanted(Kind::Audience) || self.is_wanted(Kind::Unread);
        wanted && schedule::left(&self.state.progress.calls, self.platform.now()) > 0
    }

    /// Whether something slower is due and the run may still pay for it.
    pub fn wants_slow(&self) -> bool {
        let wanted = self.is_wanted(Kind::Flows) || self.is_wanted(Kind::Posts);
        wanted && self.left_to_plan() > 0
    }

    fn left_to_plan(&self) -> usize {
        let calls = &self.state.progress.calls;
        let catching_up = self.state.is_catching_up();
        schedule::left_to_plan(calls, self.since, self.platform.now(), catching_up)
    }

    /// Sends one call of a kind; `others` are calls of this visit that must still be paid for. `None`
    /// when it failed in a way that concerns this kind alone.
    async fn ask<T>(
        &mut self,
        kind: Kind,
        others: usize,
        ask: impl AsyncFn(&FanvueClient<'_, P>) -> Result<Answer<T>, FanvueError>,
    ) -> Result<Option<T>, ConnectionError> {
        let left = schedule::left(&self.state.progress.calls, self.platform.now());
        if left == 0 {
            return Ok(None);
        }
        let tries = left.saturating_sub(others).clamp(1, TRIES);
        self.caller.allow(u32::try_from(tries).unwrap_or(1));
        let result = self.caller.call(ask).await;
        let now = self.platform.now();
        let sent = self.caller.take_calls();
        self.calls += sent;
        for _ in 0..sent {
            self.state.progress.note_call(now);
        }
        match result {
            Ok(answer) => {
                self.reached = true;
                self.state.progress.troubles.remove(&kind);
                Ok(Some(answer))
            }
            Err(error) if concerns_one_kind(&error) => {
                let seed = self.work.model.uuid().as_u128();
                let progress = &mut self.state.progress;
                progress.note_failure(kind, &error, seed, now);
                self.failed.push(kind);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Counts what is live.
    ///
    /// # Errors
    /// What concerns every kind: the grant, the bucket, the database.
    pub async fn count_live(&mut self) -> Result<(), ConnectionError> {
        let unread = self.is_wanted(Kind::Unread);
        if self.is_wanted(Kind::Audience) {
            self.count_audience(usize::from(unread)).await?;
        }
        if unread {
            let asked_at = self.platform.now();
            let count = self
                .ask(Kind::Unread, 0, async |client| {
                    client.unread_messages().await
                })
                .await?;
            if let Some(count) = count {
                self.found.unread = Some((count, asked_at));
                self.state.unread_at = Some(asked_at);
            }
        }
        Ok(())
    }

    async fn count_audience(
        &mut self,
        others: usize,
    ) -> Result<Option<AudienceCounts>, ConnectionError> {
        let account = self.account();
        let asked_at = self.platform.now();
        let counts = self
            .ask(Kind::Audience, others, async |client| {
                client.audience(account).await
            })
            .await?;
        if let Some(counts) = counts {
            let day = self.work.zone.day_of(asked_at);
            self.found.audience = Some(((counts, day), asked_at));
            self.state.counted_at = Some(asked_at);
            self.state.subscribers = Some(counts.subscribers);
        }
        Ok(counts)
    }

    fn account(&self) -> Account {
        self.caller.account()
    }
}

/// Whether other kinds may well succeed where this one failed.
const fn concerns_one_kind(error: &ConnectionError) -> bool {
    match error {
        ConnectionError::Fanvue(error) => !matches!(
            error,
            FanvueError::Unauthorized { .. } | FanvueError::GrantRevoked
        ),
        _ => false,
    }
}
