//! The stage: one true clock, Fanvue, the database, and workers whose every operation it decides.

mod worker;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tidemark_connections::store::{self, NewGrant};
use tidemark_domain::{AgencyId, ConnectionId, Zone};
use tidemark_jobs::{Outcome as StepOutcome, StepReport, StepRequest};
use tidemark_ports::{Sql, SqlError};
use tidemark_simulator::{Micros, World};
use tidemark_sync::SyncSettings;
use tidemark_tenancy::agency;
use uuid::Uuid;

use crate::door::{Grant, TrueClock, Wish};
use crate::stage::worker::Worker;
use crate::verdict::View;
use crate::{EPOCH, Failure, Outcome, Scenario, fanvue};

/// Steps that may be needed to come to rest.
const MOST_STEPS_TO_REST: u32 = 400;

/// Every so many steps are a host's that was told of a webhook.
const HINTED_EVERY: u32 = 3;

/// A running scenario.
pub struct Stage<'s, S> {
    sql: &'s S,
    /// what is played
    pub scenario: Scenario,
    /// Fanvue
    pub fanvue: World,
    /// the simulated tenant
    pub agency: AgencyId,
    connection: ConnectionId,
    clock: TrueClock,
    settings: Rc<SyncSettings>,
    random: ChaCha8Rng,
    calm: bool,
    outcome: Outcome,
}

impl<'s, S: Sql> Stage<'s, S> {
    /// Sets the stage: an agency with one grant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set(sql: &'s S, scenario: Scenario) -> Result<Self, SqlError> {
        let mut random = ChaCha8Rng::seed_from_u64(scenario.seed ^ 0x7469_6465);
        let mut world = World::new(&scenario.fanvue, Micros(EPOCH.micros()));
        fanvue::set_shape(&mut world, scenario.shapes.0);
        world.set_faults(scenario.faults.faults());
        let settings = fanvue::sync_settings(scenario.fanvue.client.clone());
        let mut stage = Self {
            sql,
            fanvue: world,
            agency: AgencyId::new(Uuid::from_u128(random.random())),
            connection: ConnectionId::new(Uuid::from_u128(random.random())),
            clock: Rc::new(Cell::new(EPOCH)),
            settings: Rc::new(settings),
            random,
            calm: false,
            outcome: Outcome::default(),
            scenario,
        };
        let now = stage.clock.get();
        agency::create(sql, stage.agency, "Simulated", &Zone::utc(), now).await?;
        let (id, grant) = (stage.id(), stage.new_grant());
        store::connect(sql, &stage.settings.connections.keys, id, &grant, now)
            .await
            .map_err(database_error)?;
        Ok(stage)
    }

    /// What the ledger should show at the end.
    pub fn view(&self) -> View {
        View {
            agency: self.agency,
            shape: self.scenario.shapes.1,
            own_account: self.scenario.own_account,
            now: self.clock.get(),
        }
    }

    /// Counts so far.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Plays steps among faults, deaths and events.
    ///
    /// # Errors
    /// When the database itself fails.
    pub async fn play_chaos(&mut self) -> Result<(), Failure> {
        let steps = self.scenario.steps;
        let mut workers: Vec<Worker> = Vec::new();
        let mut begun = 0;
        while begun < steps || !workers.is_empty() {
            while begun < steps && workers.len() < self.scenario.workers {
                begun += 1;
                self.between_steps(begun).await?;
                // A webhook has named every model, now and then.
                let follows_hints = begun % HINTED_EVERY == 0;
                if follows_hints {
                    self.hint().await?;
                }
                let worker = self.worker(follows_hints);
                workers.push(worker);
            }
            self.one_operation(&mut workers).await?;
        }
        Ok(())
    }

    /// From now on nothing goes wrong any more.
    pub fn calm_down(&mut self) {
        self.calm = true;
        self.fanvue.calm();
        fanvue::set_shape(&mut self.fanvue, self.scenario.shapes.1);
    }

    /// Lets days pass.
    pub fn pass_days(&mut self, days: u64) {
        // A little more than whole days, so that what is due daily is due.
        self.advance(Duration::from_hours(24 * days) + Duration::from_mins(30));
    }

    /// Takes ordinary steps until nothing is left to do.
    ///
    /// # Errors
    /// [`Failure::Restless`] when that does not come.
    pub async fn play_to_rest(&mut self) -> Result<(), Failure> {
        let mut last = None;
        for _ in 0..MOST_STEPS_TO_REST {
            self.reconnect_if_needed().await?;
            let mut workers = vec![self.worker(false)];
            let mut report = None;
            while !workers.is_empty() {
                report = self.one_operation(&mut workers).await?.or(report);
            }
            match report.as_ref().map(|report| report.outcome) {
                Some(StepOutcome::Done) => return Ok(()),
                Some(StepOutcome::More) => {}
                // Leases of the dead and pauses after failures run out.
                _ => self.advance(Duration::from_mins(20)),
            }
            last = report;
        }
        Err(Failure::Restless(format!("{last:?}")))
    }

    fn id(&self) -> (AgencyId, ConnectionId) {
        (self.agency, self.connection)
    }

    fn worker(&mut self, follows_hints: bool) -> Worker {
        let budget = if self.calm {
            None
        } else {
            let milliseconds = [1, 400, 3_000, 20_000][self.random.random_range(0..4)];
            Some(Duration::from_millis(milliseconds))
        };
        let request = StepRequest {
            agency: Some(self.agency),
            model: None,
            full: !self.calm && self.random.random_bool(0.1),
            budget,
        };
        let skew = i64::try_from(self.scenario.skew.as_micros()).unwrap_or(0);
        let ahead = match (self.calm, skew) {
            (false, 1..) => self.random.random_range(-skew..=skew),
            _ => 0,
        };
        let settings = Rc::clone(&self.settings);
        Worker::begin(
            Rc::clone(&self.clock),
            ahead,
            settings,
            request,
            follows_hints,
        )
    }

    async fn hint(&self) -> Result<(), Failure> {
        let parameters = [self.agency.into(), self.clock.get().into()];
        let statement = "insert into sync_hints (agency_id, model_id, pending, hinted_at) \
                         select agency_id, model_id, true, instant_of($2) from models \
                         where agency_id = $1 \
                         on conflict (agency_id, model_id) do update set pending = true";
        self.sql.query(statement, &parameters).await?;
        Ok(())
    }

    /// Time between two steps, sometimes days; half-way Fanvue changes the shape of its rows.
    async fn between_steps(&mut self, begun: u32) -> Result<(), Failure> {
        let pause = match self.random.random_range(0..10) {
            0 => Duration::from_hours(self.random.random_range(1..60)),
            1..=3 => Duration::from_mins(15),
            _ => Duration::from_secs(self.random.random_range(0..60)),
        };
        self.advance(pause);
        if begun == self.scenario.steps / 2 {
            fanvue::set_shape(&mut self.fanvue, self.scenario.shapes.1);
        }
        self.reconnect_if_needed().await
    }

    /// Lets one worker do one operation; returns its report if that was the last.
    async fn one_operation(
        &mut self,
        workers: &mut Vec<Worker>,
    ) -> Result<Option<StepReport>, Failure> {
        let now = self.clock.get();
        let awake: Vec<usize> = (0..workers.len())
            .filter(|&index| workers[index].wakes_at() <= now)
            .collect();
        let Some(&chosen) = awake.get(self.random.random_range(0..awake.len().max(1))) else {
            // All sleep: time passes until the first wakes up.
            let next = workers.iter().map(Worker::wakes_at).min().unwrap_or(now);
            self.advance(next.since(now));
            return Ok(None);
        };
        self.outcome.operations += 1;
        self.maybe_event();
        let worker = &mut workers[chosen];
        let dies_before = !self.calm && self.happens(self.scenario.kills / 2);
        let dies_after = !self.calm && self.happens(self.scenario.kills / 2);
        if dies_before {
            workers.swap_remove(chosen);
            self.outcome.kills += 1;
            return Ok(None);
        }
        let random = &mut self.random;
        if let Some(knock) = worker.take_knock(now, |count| random.random_range(0..count)) {
            let grant = self.fulfil(knock.wish()).await;
            if dies_after {
                workers.swap_remove(chosen);
                self.outcome.kills += 1;
                return Ok(None);
            }
            knock.grant(grant);
        }
        match workers[chosen].go_on() {
            None => Ok(None),
            Some(result) => {
                workers.swap_remove(chosen);
                // A failed step is what a caller sees as an error; the next one goes on.
                Ok(result.ok())
            }
        }
    }

    async fn fulfil(&mut self, wish: &Wish) -> Grant {
        match wish {
            Wish::Wake(_) => Grant::Woken,
            Wish::Query(statement, parameters) => {
                self.advance_up_to(Duration::from_millis(4));
                let fails = !self.calm && self.happens(self.scenario.database_faults);
                if fails && self.random.random_bool(0.5) {
                    self.outcome.faults += 1;
                    return Grant::Queried(Err(lost_connection()));
                }
                let result = self.sql.query(statement, parameters).await;
                if fails {
                    // It took effect, but nobody was told.
                    self.outcome.faults += 1;
                    return Grant::Queried(Err(lost_connection()));
                }
                Grant::Queried(result)
            }
            Wish::Send(request) => {
                self.advance_up_to(Duration::from_millis(300));
                let exchange = fanvue::exchange(&mut self.fanvue, request, self.clock.get());
                self.advance(exchange.delay);
                self.advance_up_to(Duration::from_millis(300));
                Grant::Sent(exchange.arrives())
            }
        }
    }

    fn maybe_event(&mut self) {
        if !self.calm && self.happens(self.scenario.events) {
            let now = Micros(self.clock.get().micros());
            if self.fanvue.churn(self.outcome.events, now).is_some() {
                self.outcome.events += 1;
            }
        }
    }

    fn happens(&mut self, per_mille: u32) -> bool {
        self.random.random_range(0..1_000) < per_mille
    }

    fn advance(&self, span: Duration) {
        self.clock.set(self.clock.get().plus(span));
    }

    fn advance_up_to(&mut self, most: Duration) {
        let micros = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        let span = Duration::from_micros(self.random.random_range(0..=micros));
        self.advance(span);
    }

    fn new_grant(&mut self) -> NewGrant {
        let now = self.clock.get();
        fanvue::new_grant(&mut self.fanvue, self.scenario.own_account, now)
    }

    /// What a person does when the page says so.
    async fn reconnect_if_needed(&mut self) -> Result<(), Failure> {
        let statement = "select state from connections where agency_id = $1";
        let rows = self.sql.query(statement, &[self.agency.into()]).await?;
        let state: String = rows.first().map_or(Ok(String::new()), |row| row.get(0))?;
        if state == "reconnect" {
            self.outcome.reconnects += 1;
            let (id, grant, now) = (self.id(), self.new_grant(), self.clock.get());
            store::reconnect(self.sql, &self.settings.connections.keys, id, &grant, now)
                .await
                .map_err(database_error)?;
        }
        Ok(())
    }
}

fn lost_connection() -> SqlError {
    SqlError::Unreachable("the connection was lost".to_owned())
}

fn database_error(error: tidemark_connections::ConnectionError) -> SqlError {
    match error {
        tidemark_connections::ConnectionError::Database(error) => error,
        other => SqlError::Unreachable(other.to_string()),
    }
}
