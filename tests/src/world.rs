//! One agency, its Fanvue and a running host.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;
use tidemark::runtime::jobs::{Outcome, StepReport, StepRequest};
use tidemark::runtime::{Application, Limits};
use tidemark::serve::errands::run_errands;
use tidemark::serve::http::{HttpOptions, HttpServer};
use tidemark_database::testing::TestDatabase;
use tidemark_domain::{AgencyId, ModelId, Secret, Zone};
use tidemark_native::NativePlatform;
use tidemark_ports::{Clock as _, Row, Sql as _};
use tidemark_sealing::generate_key;
use tidemark_simulator::{Clock, Simulator, SimulatorConfig};
use tidemark_tenancy::{Role, agency, token};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::compressed::CompressedClock;
use crate::opening::{connect, load, platform_of};

/// The secret of the cron routes in every world.
pub const CRON_SECRET: &str = "cron secret of the tests";

/// The secret that webhooks are signed with in every world, and the one before it, which still holds.
pub const WEBHOOK_SECRETS: &str = "webhook secret of the tests,webhook secret before it";

/// A world to be.
#[derive(Clone, Debug)]
pub struct WorldBuilder {
    simulator: SimulatorConfig,
    zone: &'static str,
    limits: Limits,
    manifest: &'static str,
    alert_base_url: String,
    webhook_secret: &'static str,
    connected: bool,
    clock: Option<Arc<CompressedClock>>,
}

impl WorldBuilder {
    /// Opens one further place that alerts may be sent to.
    #[must_use]
    pub fn alert_base_url(mut self, url: String) -> Self {
        self.alert_base_url = url;
        self
    }

    /// Has the host and Fanvue live by a clock that jumps.
    #[must_use]
    pub fn compressed(mut self, clock: &Arc<CompressedClock>) -> Self {
        let of_simulator = Clock::Manual(clock.of_simulator());
        self.simulator = self.simulator.with_clock(of_simulator);
        self.clock = Some(Arc::clone(clock));
        self
    }

    /// Leaves the agency without a grant.
    #[must_use]
    pub fn unconnected(mut self) -> Self {
        self.connected = false;
        self
    }

    /// Leaves `fanvue_webhook_secret` unset.
    #[must_use]
    pub fn without_webhook_secret(mut self) -> Self {
        self.webhook_secret = "";
        self
    }

    /// Sets the number of ledger rows over all models.
    #[must_use]
    pub fn transactions(mut self, rows: u32) -> Self {
        self.simulator = self.simulator.with_transactions(rows);
        self
    }

    /// Changes how Fanvue behaves.
    #[must_use]
    pub fn fanvue(mut self, change: impl FnOnce(SimulatorConfig) -> SimulatorConfig) -> Self {
        self.simulator = change(self.simulator);
        self
    }

    /// Sets the agency's zone.
    #[must_use]
    pub fn zone(mut self, name: &'static str) -> Self {
        self.zone = name;
        self
    }

    /// Runs another manifest than `spin.toml`.
    #[must_use]
    pub fn manifest(mut self, name: &'static str) -> Self {
        self.manifest = name;
        self
    }

    /// Sets how much memory an instance of a component may have.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.limits.memory_bytes = bytes;
        self
    }

    /// Brings the world to life on a database.
    ///
    /// # Panics
    /// When anything cannot be started.
    pub async fn on(self, database: &TestDatabase) -> World {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = Simulator::start(self.simulator, listen)
            .await
            .expect("a simulator");
        let platform = platform_of(database);
        let token_key = generate_key().expect("a key");
        let agency = AgencyId::new(Uuid::new_v4());
        let zone = Zone::parse(self.zone).expect("a zone");
        agency::create(&platform, agency, "Blue Hour", &zone, platform.now())
            .await
            .expect("an agency");
        let owner = token::create(&platform, agency, Role::Owner, platform.now())
            .await
            .expect("a token");
        if self.connected {
            connect(&platform, &token_key, agency, &simulator).await;
        }
        // The application must know its own address before it can be served there.
        let reserved = TcpListener::bind(listen).expect("a free port");
        let listen = reserved.local_addr().expect("its address");
        let given = [
            ("token_key", token_key.expose().to_owned()),
            ("alert_base_url", self.alert_base_url),
            ("fanvue_webhook_secret", self.webhook_secret.to_owned()),
            ("public_url", format!("http://{listen}")),
        ];
        let application = load(
            database,
            &simulator,
            given,
            (self.manifest, self.limits),
            self.clock,
        )
        .await;
        let options = HttpOptions::default();
        drop(reserved);
        let server = HttpServer::bind(Arc::clone(&application), listen, options).expect("a server");
        let url = format!("http://{}", server.address());
        let shutdown = CancellationToken::new();
        let errands = run_errands(Arc::clone(&application), server.errands(), shutdown.clone());
        tokio::spawn(errands);
        tokio::spawn(server.run(shutdown.clone()));
        World {
            simulator,
            platform,
            application,
            agency,
            owner,
            token_key,
            url,
            shutdown,
        }
    }
}

/// A running world.
pub struct World {
    /// Fanvue
    pub simulator: Simulator,
    /// the database, natively
    pub platform: NativePlatform,
    /// the components
    pub application: Arc<Application>,
    /// the one agency
    pub agency: AgencyId,
    /// its owner's API token
    pub owner: Secret,
    /// what its Fanvue tokens are sealed with
    pub token_key: Secret,
    /// where the host serves
    pub url: String,
    shutdown: CancellationToken,
}

impl World {
    /// A world with that many models and a Fanvue without a rate limit.
    pub fn with_models(models: u32) -> WorldBuilder {
        let simulator = SimulatorConfig::default()
            .with_models(models)
            .with_rate_limit(0);
        WorldBuilder {
            simulator,
            zone: "Europe/Berlin",
            limits: Limits::default(),
            manifest: "spin.toml",
            alert_base_url: String::new(),
            webhook_secret: WEBHOOK_SECRETS,
            connected: true,
            clock: None,
        }
    }

    /// A request to the host without credentials.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_mins(1))
            .build()
            .expect("a client");
        client.request(method, format!("{}{path}", self.url))
    }

    /// A token of the agency with that role.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn token(&self, role: Role) -> Secret {
        let made = token::create(&self.platform, self.agency, role, self.platform.now()).await;
        made.expect("a token")
    }

    /// Another agency with one model, and its owner's token.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn another_agency(&self) -> (AgencyId, ModelId, Secret) {
        let (agency, model) = (AgencyId::new(Uuid::new_v4()), ModelId::new(Uuid::new_v4()));
        let now = self.platform.now();
        agency::create(&self.platform, agency, "Other", &Zone::utc(), now)
            .await
            .expect("an agency");
        let model_of_it = "with granted as (
                insert into connections (agency_id, connection_id, access_token_sealed,
                    refresh_token_sealed, obtained_at, expires_at, state)
                values ($1, $2, '', '', now(), now(), 'disconnected')
                returning agency_id, connection_id
            )
            insert into models (agency_id, model_id, connection_id, own_account, handle,
                display_name, created_at)
            select agency_id, $2, connection_id, false, 'other', 'Other', now() from granted";
        self.platform
            .query(model_of_it, &[agency.into(), model.into()])
            .await
            .expect("a model");
        let owner = token::create(&self.platform, agency, Role::Owner, now).await;
        (agency, model, owner.expect("a token"))
    }

    /// A GET by the owner.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(reqwest::Method::GET, path)
            .bearer_auth(self.owner.expose())
    }

    /// The JSON that the owner gets, which must be a 200.
    ///
    /// # Panics
    /// On another status, or a body that is not JSON.
    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).send().await.expect("an answer");
        let status = response.status();
        let body = response.text().await.expect("a body");
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// What asks for one step of a job of the agency.
    ///
    /// # Panics
    /// When the budget is longer than a step can be.
    pub fn step_request(&self, job: &str, budget: Option<Duration>) -> StepRequest {
        StepRequest {
            job: job.to_owned(),
            agency_id: Some(self.agency.to_string()),
            model_id: None,
            full: false,
            budget_ms: budget.map(|budget| u32::try_from(budget.as_millis()).expect("short")),
        }
    }

    /// One step of a job through the typed interface.
    ///
    /// # Panics
    /// When the step could not begin.
    pub async fn step(&self, job: &str, budget: Option<Duration>) -> StepReport {
        let request = self.step_request(job, budget);
        self.application.step(&request).await.expect("a report")
    }

    /// Steps of the sync until nothing is left to do; returns how many it took.
    ///
    /// # Panics
    /// When it fails, or does not end.
    pub async fn sync(&self, budget: Option<Duration>) -> u32 {
        for steps in 1..10_000 {
            let report = self.step("sync-transactions", budget).await;
            match report.outcome {
                Outcome::Done => return steps,
                Outcome::More => {}
                // The host reads too, what was connected or named a moment ago.
                Outcome::Busy => tokio::time::sleep(Duration::from_millis(50)).await,
                other => panic!("{other:?}: {:?}", report.problems),
            }
        }
        panic!("the sync does not end");
    }

    /// Rows of a query, natively.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn rows(&self, statement: &str) -> Vec<Row> {
        self.platform.query(statement, &[]).await.expect("rows")
    }

    /// The number that a query counts.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn count(&self, statement: &str) -> i64 {
        self.rows(statement).await[0].get(0).expect("a number")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
