//! The application as it is run: `tidemark up` in a process of its own, on the bench's database and
//! the bench's Fanvue.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use tidemark_connections::store::{self, NewGrant};
use tidemark_database::{Database, DatabaseChoice};
use tidemark_domain::{AgencyId, ConnectionId, Secret, Zone};
use tidemark_native::SystemClock;
use tidemark_ports::Clock as _;
use tidemark_sealing::{KeyRing, generate_key};
use tidemark_simulator::{Simulator, SimulatorConfig, Webhooks};
use tidemark_tenancy::{Role, agency, token};
use tidemark_webhooks::signature::{HEADER, sign};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

use crate::cli::BenchLiveArguments;
use crate::commands::bench::scratch::Scratch;
use crate::project::platform;

const LONGEST_START: Duration = Duration::from_mins(2);
const WEBHOOK_SECRET: &str = "webhook secret of the bench";
const CRON_SECRET: &str = "cron secret of the bench";

/// A running application with one agency, connected to a running Fanvue.
pub struct Host {
    process: Child,
    /// Fanvue
    pub simulator: Simulator,
    /// where the application serves
    pub url: String,
    /// keeps its connections
    pub client: Client,
    owner: Secret,
    _data_dir: TempDir,
}

impl Host {
    /// Starts both and connects them.
    pub async fn start(arguments: &BenchLiveArguments, database: &Scratch) -> Result<Self> {
        let config = SimulatorConfig::default()
            .with_models(arguments.models)
            .with_transactions(arguments.rows)
            .with_rate_limit(0);
        let simulator = Simulator::start(config, (Ipv4Addr::LOCALHOST, 0).into()).await?;
        let token_key = generate_key()?;
        let owner = settle(database, &simulator, &token_key).await?;
        let data_dir = tempfile::tempdir().context("no temporary directory can be made")?;
        let (process, url) = spawn(
            arguments,
            (database, &simulator, &token_key),
            data_dir.path(),
        )
        .await?;
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_mins(1))
            .build()?;
        Ok(Self {
            process,
            simulator,
            url,
            client,
            owner,
            _data_dir: data_dir,
        })
    }

    /// From now on sales are announced, or no longer.
    pub fn announce(&self, announced: bool) {
        let target = format!("{}/api/webhooks/fanvue", self.url);
        let webhooks = Webhooks::to(target, WEBHOOK_SECRET);
        self.simulator.set_webhooks(announced.then_some(webhooks));
    }

    /// Delivers a signed event; the host must accept it.
    pub async fn deliver(&self, body: Vec<u8>) -> Result<()> {
        let signature = sign(&Secret::new(WEBHOOK_SECRET), &body, SystemClock.now());
        let request = self
            .client
            .post(format!("{}/api/webhooks/fanvue", self.url));
        let request = request.header(HEADER, signature).body(body);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// A GET by the owner.
    pub fn get(&self, path: &str) -> RequestBuilder {
        let request = self.client.get(format!("{}{path}", self.url));
        request.bearer_auth(self.owner.expose())
    }

    /// Steps as the page takes them, until nothing is left to do.
    pub async fn sync(&self) -> Result<()> {
        loop {
            let step = self.client.post(format!("{}/api/sync", self.url));
            let step = step.bearer_auth(self.owner.expose()).send().await?;
            let body = step.error_for_status()?.bytes().await?;
            let report: Value = serde_json::from_slice(&body)?;
            match report["outcome"].as_str() {
                Some("done") => return Ok(()),
                Some("more" | "busy") => {}
                _ => bail!("the first sync failed: {report}"),
            }
        }
    }

    /// Counts the audience and makes the roll-ups, as the schedule does.
    pub async fn refresh(&self) -> Result<()> {
        let url = format!("{}/api/cron/daily-refresh", self.url);
        loop {
            let step = self.client.post(&url).bearer_auth(CRON_SECRET).send();
            let body = step.await?.error_for_status()?.bytes().await?;
            let report: Value = serde_json::from_slice(&body)?;
            if report["done"] == true {
                return Ok(());
            }
        }
    }

    /// A step of the schedule.
    pub async fn scheduled_step(&self) -> Result<()> {
        let url = format!("{}/api/cron/sync-transactions", self.url);
        let step = self.client.post(url).bearer_auth(CRON_SECRET).send();
        step.await?.error_for_status()?;
        Ok(())
    }

    /// The process, for its CPU.
    pub fn id(&self) -> Result<u32> {
        self.process.id().context("`tidemark up` has ended")
    }

    /// Ends both.
    pub async fn stop(mut self) -> Result<()> {
        let id = self.id()?.to_string();
        Command::new("kill").args(["-TERM", &id]).status().await?;
        timeout(LONGEST_START, self.process.wait())
            .await
            .context("`tidemark up` did not stop")??;
        self.simulator.stop().await;
        Ok(())
    }
}

/// An agency with a grant; its owner's token.
async fn settle(database: &Scratch, simulator: &Simulator, token_key: &Secret) -> Result<Secret> {
    let opened = Database::open(DatabaseChoice::Url(Secret::new(&*database.url))).await?;
    let platform = platform(&opened)?;
    let now = platform.now();
    let agency = AgencyId::new(Uuid::new_v4());
    agency::create(&platform, agency, "Bench", &Zone::utc(), now).await?;
    let grant = simulator.agency_grant();
    let grant = NewGrant {
        access_token: Secret::new(grant.access_token),
        refresh_token: Secret::new(grant.refresh_token),
        expires_in: Duration::from_secs(grant.expires_in_seconds),
    };
    let id = (agency, ConnectionId::new(Uuid::new_v4()));
    store::connect(&platform, &KeyRing::parse(token_key)?, id, &grant, now).await?;
    let owner = token::create(&platform, agency, Role::Owner, now).await?;
    opened.close().await?;
    Ok(owner)
}

async fn spawn(
    arguments: &BenchLiveArguments,
    (database, simulator, token_key): (&Scratch, &Simulator, &Secret),
    data_dir: &std::path::Path,
) -> Result<(Child, String)> {
    let program = std::env::current_exe().context("this program's own file is unknown")?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).to_string();
    let client = simulator.client();
    let mut command = Command::new(program);
    command
        .args(["up", "--no-build", "--no-cron", "--listen", &listen])
        .arg("--manifest")
        .arg(&arguments.manifest.manifest)
        .arg("--data-dir")
        .arg(data_dir)
        .env("SPIN_VARIABLE_DATABASE_URL", &database.url)
        .env("SPIN_VARIABLE_FANVUE_API_URL", simulator.base_url())
        .env("SPIN_VARIABLE_FANVUE_AUTH_URL", simulator.base_url())
        .env("SPIN_VARIABLE_FANVUE_CLIENT_ID", client.id)
        .env("SPIN_VARIABLE_FANVUE_CLIENT_SECRET", client.secret)
        .env("SPIN_VARIABLE_FANVUE_WEBHOOK_SECRET", WEBHOOK_SECRET)
        .env("SPIN_VARIABLE_CRON_SECRET", CRON_SECRET)
        .env("SPIN_VARIABLE_TOKEN_KEY", token_key.expose())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut process = command.spawn().context("tidemark cannot be started")?;
    let stdout = process.stdout.take().context("its output is not piped")?;
    let serving = async {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some(url) = line.strip_prefix("Serving ") {
                return Ok(url.to_owned());
            }
        }
        bail!("`tidemark up` ended before it served; run it by hand to see why")
    };
    let url = timeout(LONGEST_START, serving)
        .await
        .context("`tidemark up` did not come to serve")??;
    Ok((process, url))
}
