//! What the stories share.

use std::collections::BTreeMap;
use std::time::Duration;

use tidemark_audience::AudienceSettings;
use tidemark_database::testing::TestDatabase;
use tidemark_domain::{Instant, LocalDay, Zone};
use tidemark_jobs::{StepReport, StepRequest};
use tidemark_native::SqlPool;
use tidemark_ports::{Clock as _, Row};
use tidemark_simulation::lab::LabBuilder;
use tidemark_simulation::{Lab, fanvue};
use tidemark_simulator::{
    ClientCredentials, FaultKind, FaultTarget, HeadCounts, LoggedRequest, NewSale, ScriptedFault,
    Source,
};
use uuid::Uuid;

/// The interval of the job.
pub const RUN: Duration = Duration::from_mins(5);
/// An hour, after which everything is due again.
pub const HOUR: Duration = Duration::from_hours(1);
/// A day.
pub const DAY: Duration = Duration::from_hours(24);

/// A database of a test's own, gone with this value.
pub struct Database {
    _kept: TestDatabase,
    sql: SqlPool,
}

/// A native database, or an embedded one where there is no native server.
pub async fn database() -> Database {
    let kept = match TestDatabase::native().await {
        Some(native) => native,
        None => TestDatabase::embedded().await,
    };
    Database {
        sql: SqlPool::new(kept.pool().clone()),
        _kept: kept,
    }
}

/// A world with that many models.
pub fn models(count: u32) -> LabBuilder {
    Lab::<SqlPool>::with_models(count)
}

/// One agency, its Fanvue, and the job.
pub struct Agency<'s> {
    pub lab: Lab<'s, SqlPool>,
    settings: AudienceSettings,
}

/// A level of the history, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    pub subscribers: i64,
    pub followers: Option<i64>,
    pub derived: bool,
}

impl<'s> Agency<'s> {
    /// Brings a world to life; the models are known, nothing was counted yet.
    pub async fn of(world: LabBuilder, database: &'s Database, own_account: bool) -> Self {
        let lab = world.on(&database.sql).await;
        for model in lab.models() {
            let connection = lab.connection;
            lab.query(&format!(
                "insert into models (agency_id, model_id, connection_id, own_account, handle, \
                 display_name, created_at) values ($1, '{model}', '{connection}', {own_account}, \
                 'm', 'M', now()) returning 1"
            ))
            .await;
        }
        let settings = AudienceSettings {
            connections: fanvue::sync_settings(ClientCredentials::default()).connections,
            step_budget: Duration::from_secs(20),
        };
        Self { lab, settings }
    }

    /// One step that a schedule takes.
    pub async fn scheduled(&self) -> StepReport {
        let request = StepRequest::default();
        let step = tidemark_audience::step(&self.lab, &self.settings, &request);
        step.await.expect("a step")
    }

    /// One step that a schedule takes while the database may fail.
    pub async fn step_that_may_fail(&self) {
        let request = StepRequest::default();
        let _ = tidemark_audience::step(&self.lab, &self.settings, &request).await;
    }

    /// One step that a person takes.
    pub async fn asked(&self) -> StepReport {
        let request = StepRequest {
            agency: Some(self.lab.agency),
            ..StepRequest::default()
        };
        let step = tidemark_audience::step(&self.lab, &self.settings, &request);
        step.await.expect("a step")
    }

    /// Scheduled steps until the past is read and everything was counted.
    pub async fn settle(&self) {
        for _ in 0..500 {
            self.scheduled().await;
            let open = "select count(*) from sync_state join models using (agency_id, model_id) \
                        where agency_id = $1 and stream = 'audience' \
                        and (progress->'past'->>'state' <> 'settled' or posts is null)";
            if self.lab.value::<i64>(open).await == 0 {
                return;
            }
            self.lab.pass(RUN);
        }
        panic!("the past is never read to its end");
    }

    /// What Fanvue counts of a model now.
    pub fn truth(&self, model: Uuid) -> HeadCounts {
        self.lab
            .fanvue(|world, now| world.head_counts(model, now))
            .expect("one of its models")
    }

    /// The true level at the end of each UTC day up to now, from the first event on.
    pub fn true_levels(&self, model: Uuid) -> BTreeMap<LocalDay, i64> {
        let days = self.lab.fanvue(|world, _| world.subscriber_days(model));
        let days = days.expect("one of its models");
        let net: BTreeMap<LocalDay, i64> = days
            .iter()
            .map(|day| {
                let on = LocalDay::EPOCH.plus_days(i32::try_from(day.day).unwrap());
                (on, i64::from(day.started) - i64::from(day.ended))
            })
            .collect();
        let (mut levels, mut level) = (BTreeMap::new(), 0);
        let Some(mut day) = net.keys().next().copied() else {
            return levels;
        };
        while day <= self.today() {
            level += net.get(&day).unwrap_or(&0);
            levels.insert(day, level);
            day = day.plus_days(1);
        }
        levels
    }

    /// Today in UTC.
    pub fn today(&self) -> LocalDay {
        Zone::utc().day_of(self.lab.true_now())
    }

    /// The stored history of a model.
    pub async fn history(&self, model: Uuid) -> BTreeMap<LocalDay, Level> {
        let rows = self
            .lab
            .query(&format!(
                "select day::text, subscribers, followers, derived from subscriber_history \
                 where agency_id = $1 and model_id = '{model}'"
            ))
            .await;
        let level = |row: &Row| {
            let day: String = row.get(0).unwrap();
            let level = Level {
                subscribers: row.get(1).unwrap(),
                followers: row.get(2).unwrap(),
                derived: row.get(3).unwrap(),
            };
            (LocalDay::parse(&day).unwrap(), level)
        };
        rows.iter().map(level).collect()
    }

    /// Columns of the first model: subscribers, followers, unread messages, posts, and when each was
    /// counted.
    pub async fn counts(&self) -> [(Option<i64>, Option<Instant>); 4] {
        let model = self.lab.model();
        let rows = self
            .lab
            .query(&format!(
                "select subscribers, micros_of(subscribers_observed_at), followers, \
                 micros_of(followers_observed_at), unread_messages, micros_of(unread_observed_at), \
                 posts, micros_of(posts_observed_at) from models \
                 where agency_id = $1 and model_id = '{model}'"
            ))
            .await;
        let of = |place: usize| {
            (
                rows[0].get(2 * place).unwrap(),
                rows[0].get(2 * place + 1).unwrap(),
            )
        };
        [of(0), of(1), of(2), of(3)]
    }

    /// How many rows of a table the agency has.
    pub async fn rows_of(&self, table: &str) -> i64 {
        let count = format!("select count(*) from {table} where agency_id = $1");
        self.lab.value(&count).await
    }

    /// From now on so many requests of a kind go wrong.
    pub fn fail(&self, kind: FaultKind, target: FaultTarget, times: u32) {
        let fault = ScriptedFault::new(kind).on(target).times(times);
        self.lab.fanvue(|world, _| world.script_fault(fault));
    }

    /// A fan subscribes to a model.
    pub fn subscribe(&self, model: Uuid) {
        let sale = NewSale::new(Source::Subscription, 999);
        let row = self
            .lab
            .fanvue(|world, now| world.append_sale(model, &sale, now));
        row.expect("a sale");
    }

    /// Requests for data, the token endpoint's left out.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        let mut requests = self.lab.requests("GET ");
        requests.retain(|request| !request.path.starts_with("/oauth2"));
        requests
    }

    /// The present as the job sees it.
    pub fn now(&self) -> Instant {
        self.lab.now()
    }
}
