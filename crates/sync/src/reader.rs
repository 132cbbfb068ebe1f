//! Reading one model: task after task, page after page, until it meets the run's target.

use tidemark_connections::{Caller, ConnectionError};
use tidemark_domain::Instant;
use tidemark_fanvue::{Account, Family, FanvueError};
use tidemark_jobs::drive::{Assignment, ModelEnd, ModelJob};
use tidemark_jobs::tally::{AgencyTally, Tally};
use tidemark_jobs::{Description, StepBudget, StepError, StepRequest, Stream};
use tidemark_ports::{Platform, SqlError};
use tidemark_webhooks::retention;

use crate::batch::Batch;
use crate::fetch::fetch;
use crate::identity::{Entry, resolve};
use crate::ledger::{self, Stored, Write};
use crate::state::{Lane, RereadReason, Scope, StreamState, Task, Walk};
use crate::stream::load_stream;
use crate::{DESCRIPTION, SyncSettings, creators, hints, reconcile};

/// How often a walk begins again within one step after a refused cursor.
const MOST_RESTARTS: u32 = 3;

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

    /// Reads what is new of a model that a webhook named, and nothing else.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn glance_at(
        &self,
        assignment: Assignment<'_>,
        tally: &mut AgencyTally,
    ) -> Result<ModelEnd, SqlError> {
        let mut reader = self.reader(assignment, tally).await?;
        let end = reader.glance().await;
        reader.end(end)
    }

    async fn reader<'r>(
        &'r self,
        assignment: Assignment<'r>,
        tally: &'r mut AgencyTally,
    ) -> Result<Reader<'r, P>, SqlError> {
        let work = assignment.work;
        let caller = Caller::new(
            self.platform,
            &self.settings.connections,
            (work.agency, work.connection),
            Account::of(work.model, work.own_account),
            assignment.budget.deadline(),
        );
        Ok(Reader {
            platform: self.platform,
            settings: self.settings,
            state: load_stream(self.platform, assignment.lease).await?,
            assignment,
            caller,
            tally,
        })
    }
}

impl<P: Platform> ModelJob for TransactionSync<'_, P> {
    const DESCRIPTION: Description = DESCRIPTION;
    const STREAM: Stream = Stream::Transactions;

    async fn prepare(
        &self,
        request: &StepRequest,
        budget: StepBudget,
        tally: &mut Tally,
    ) -> Result<(), StepError> {
        let connections = &self.settings.connections;
        let agency = request.agency;
        // What a webhook named is waited for.
        if request.model.is_none() {
            let mut hinted = Tally::default();
            hints::follow(self.platform, self.settings, agency, budget, &mut hinted).await?;
            tally.add_work_of(&hinted);
        }
        let listed =
            creators::list_again(self.platform, connections, agency, budget.deadline(), tally);
        listed.await?;
        if agency.is_none() {
            retention::forget_old(self.platform, self.platform.now()).await?;
        }
        Ok(())
    }

    async fn work_on(
        &self,
        assignment: Assignment<'_>,
        tally: &mut AgencyTally,
    ) -> Result<ModelEnd, SqlError> {
        let mut reader = self.reader(assignment, tally).await?;
        let end = reader.run().await;
        reader.end(end)
    }
}

/// How the reading of a window stopped, when it did not fail.
enum Stop {
    Drained,
    OutOfTime,
    LeaseLost,
}

struct Reader<'a, P> {
    platform: &'a P,
    settings: &'a SyncSettings,
    assignment: Assignment<'a>,
    caller: Caller<'a, P>,
    state: StreamState,
    tally: &'a mut AgencyTally,
}

impl<P: Platform> Reader<'_, P> {
    async fn run(&mut self) -> Result<ModelEnd, ConnectionError> {
        let mut waited_for = false;
        while let Some(task) = self.next() {
            // After the head the other models' heads come first, after a slice their slices.
            if waited_for && task.can_wait() {
                return Ok(ModelEnd::Yielded);
            }
            let stop = match task {
                Task::Read(lane) => self.read(lane).await?,
                Task::Reconcile(scope) => self.reconcile(scope).await?,
            };
            match stop {
                Stop::Drained => waited_for = true,
                Stop::LeaseLost => return Ok(ModelEnd::LeaseLost),
                Stop::OutOfTime => return Ok(ModelEnd::OutOfTime),
            }
            // Looked at after a piece of work, so that even the shortest step gets one further.
            if self.is_out_of_time() && self.next().is_some() {
                return Ok(ModelEnd::OutOfTime);
            }
        }
        Ok(ModelEnd::Done)
    }

    /// A walk of the head that is under way to its end, then one that begins now.
    async fn glance(&mut self) -> Result<ModelEnd, ConnectionError> {
        let mut glances = false;
        while !glances {
            glances = self.state.begin_glance(self.platform.now());
            match self.read(Lane::Head).await? {
                Stop::Drained => {}
                Stop::LeaseLost => return Ok(ModelEnd::LeaseLost),
                Stop::OutOfTime => return Ok(ModelEnd::OutOfTime),
            }
        }
        Ok(ModelEnd::Done)
    }

    /// Counts the calls, and tells failures of the model from those of the database.
    fn end(mut self, end: Result<ModelEnd, ConnectionError>) -> Result<ModelEnd, SqlError> {
        self.tally.api_calls += self.caller.take_calls();
        match end {
            Ok(end) => Ok(end),
            Err(ConnectionError::Database(error)) => Err(error),
            Err(ConnectionError::Paused(until)) => Ok(ModelEnd::Paused(until)),
            Err(error) => Ok(ModelEnd::Failed {
                code: error.code(),
                message: error.to_string(),
            }),
        }
    }

    fn next(&mut self) -> Option<Task> {
        self.state.next(self.assignment.target, self.platform.now())
    }

    fn is_out_of_time(&self) -> bool {
        self.assignment.budget.is_used_up(self.platform.now())
    }

    /// Reads the walk of a lane to its end, or as far as time allows.
    async fn read(&mut self, lane: Lane) -> Result<Stop, ConnectionError> {
        let mut restarts = 0;
        'walk: loop {
            let now = self.platform.now();
            let walk = self.state.walk(lane).expect("invariant: the task's walk");
            let mut batch = Batch::new(walk.clone(), now);
            loop {
                let probe = self.state.should_probe_v1(&batch.walk, now);
                let known = self.state.family;
                let fetched = match fetch(&mut self.caller, &batch.walk, known, probe).await {
                    Err(ConnectionError::Fanvue(FanvueError::Refused { .. }))
                        if batch.walk.cursor.is_some() && restarts < MOST_RESTARTS =>
                    {
                        restarts += 1;
                        self.state.restart_walk(lane);
                        continue 'walk;
                    }
                    Err(error) => return self.keep(lane, batch, error).await,
                    Ok(fetched) => fetched,
                };
                if probe {
                    self.state.progress.family_probed_at = Some(now);
                }
                let moved = known.is_some_and(|known| known != fetched.family);
                self.state.note_family(fetched.family, now);
                if moved && batch.walk.pages > 0 {
                    self.state.restart_walk(lane);
                    continue 'walk;
                }
                let is_last = batch.add(fetched);
                if is_last
                    || batch.is_due(self.settings, self.platform.now())
                    || self.is_out_of_time()
                {
                    if let Some(stop) = self.store(lane, batch, is_last).await? {
                        return Ok(stop);
                    }
                    continue 'walk;
                }
            }
        }
    }

    /// Stores what was read before a failure, so that the next try goes on there.
    async fn keep(
        &mut self,
        lane: Lane,
        batch: Batch,
        error: ConnectionError,
    ) -> Result<Stop, ConnectionError> {
        let is_database = matches!(error, ConnectionError::Database(_));
        if !batch.is_empty()
            && !is_database
            && let Some(Stop::LeaseLost) = self.store(lane, batch, false).await?
        {
            return Ok(Stop::LeaseLost);
        }
        Err(error)
    }

    /// Stores pages with the state after them; `None` when the window goes on.
    async fn store(
        &mut self,
        lane: Lane,
        batch: Batch,
        is_last: bool,
    ) -> Result<Option<Stop>, SqlError> {
        let (platform, now) = (self.platform, self.platform.now());
        let lease = self.assignment.lease;
        let mut after = self.state.clone();
        after.note_rows(batch.kinds(), now);
        let (mut entries, contested) = batch.entries();
        let kinds = &after.progress.stored_rows;
        let mut settle = contested || (kinds.need_settling() && !entries.is_empty());
        let mut refused = false;
        // Settled entries are never refused, so the second try is the last one.
        loop {
            after.progress.stored_rows.lines |= contested || refused;
            if settle {
                let stored = ledger::rivals(platform, lease, &entries).await?;
                for instant in resolve(&mut entries, &stored, |at| batch.walk.holds(at)) {
                    let (from, to) = millisecond_of(instant);
                    after.reread(RereadReason::Repair, from, to, now);
                }
            }
            let mut next = after.clone();
            next.set_walk(lane, walk_after(&batch.walk, &entries));
            let own_account = self.assignment.work.own_account;
            let drained = is_last
                .then(|| next.end_of_pages(lane, own_account, now))
                .flatten();
            let write = Write {
                lease,
                entries: &entries,
                settled: settle,
                unreadable: &batch.unreadable,
                state: &next,
                drained: drained.as_ref(),
                fetched: batch.fetched,
                rate: (self.assignment.work.connection, self.caller.reading()),
                now,
            };
            match ledger::store(platform, write).await? {
                Stored::Contested => (settle, refused) = (true, true),
                Stored::LeaseLost => return Ok(Some(Stop::LeaseLost)),
                Stored::Rows(counts) => {
                    self.tally.rows.add(counts);
                    self.state = next;
                    let is_over = drained.is_none() && self.is_out_of_time();
                    let over = is_over.then_some(Stop::OutOfTime);
                    return Ok(drained.map(|_| Stop::Drained).or(over));
                }
            }
        }
    }

    /// Compares the ledger with Fanvue's sums; a summary that Fanvue does not give is no reason to
    /// stop reading rows.
    async fn reconcile(&mut self, scope: Scope) -> Result<Stop, ConnectionError> {
        let now = self.platform.now();
        let (platform, lease) = (self.platform, self.assignment.lease);
        let family = self.state.family.unwrap_or(Family::V1);
        let span = reconcile::Span::of(scope, now);
        let compared = reconcile::compare(platform, &mut self.caller, lease, family, span).await;
        let days = match compared {
            Ok(days) => days,
            Err(ConnectionError::Fanvue(error)) if !error.is_transient() => {
                let id = (lease.agency, Some(lease.model));
                self.tally.note(id, "not_reconciled", error.to_string());
                self.state.note_comparison(&[], now);
                return Ok(Stop::Drained);
            }
            Err(error) => return Err(error),
        };
        let mut next = self.state.clone();
        next.note_comparison(&reconcile::drifted(&days), now);
        if !reconcile::store(platform, lease, (span, &days), &next, now).await? {
            return Ok(Stop::LeaseLost);
        }
        self.state = next;
        Ok(Stop::Drained)
    }
}

fn millisecond_of(instant: Instant) -> (Instant, Instant) {
    let from = crate::state::whole_millisecond(instant);
    (from, from.plus(std::time::Duration::from_millis(1)))
}

/// The walk with the rows of a write among those it has seen.
fn walk_after(walk: &Walk, entries: &[Entry<'_>]) -> Walk {
    let mut walk = walk.clone();
    if !walk.fresh {
        let keys = entries.iter().map(|entry| entry.key.as_str());
        walk.seen.add_keys(keys);
    }
    walk
}
