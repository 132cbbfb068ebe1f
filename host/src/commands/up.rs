//! `tidemark up`: everything, from a manifest to a serving application.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use tidemark::runtime::jobs::StepRequest;
use tidemark::runtime::{Application, Limits};
use tidemark::serve::cron::{CronOptions, run_schedules};
use tidemark::serve::errands::run_errands;
use tidemark::serve::http::{HttpOptions, HttpServer};
use tidemark_database::Database;
use tidemark_domain::AgencyId;
use tidemark_manifest::variables::environment_key;
use tidemark_native::NativePlatform;
use tidemark_ports::{Clock as _, Sql as _};
use tidemark_sealing::KeyRing;
use tokio_util::sync::CancellationToken;

use crate::cli::UpArguments;
use crate::commands::build::build_stale;
use crate::commands::output::Output;
use crate::commands::sync::{SYNC_JOB, sync_shown};
use crate::demo::{self, Demo};
use crate::project::{
    DataDir, Project, check_variables, open_application, open_migrated_database, platform,
    token_key,
};
use crate::signals::stop_requested;

/// The job that follows the hints of webhooks.
const HINTED_JOB: &str = "sync-hinted";

/// How often a demo is synced beside the schedules, so that its page moves while one looks.
const DEMO_PULSE: Duration = Duration::from_mins(1);

/// The jobs of that pulse.
const DEMO_JOBS: [&str; 4] = [
    SYNC_JOB,
    "daily-refresh",
    "check-late-shifts",
    "check-missed-posts",
];

/// Serves until asked to stop.
pub async fn run(arguments: &UpArguments, output: Output) -> Result<()> {
    let project = Project::read(&arguments.database.manifest.manifest)?;
    check_address(arguments.listen)?;
    if !arguments.no_build {
        build_stale(&project).await?;
    }
    project.manifest.check_files(&project.root)?;
    check_variables(&project)?;
    let data_dir = DataDir::open(&arguments.database.data_dir)?;
    let database = open_migrated_database(&arguments.database).await?;
    let result = serve(arguments, &project, &data_dir, &database, output).await;
    let closed = database.close().await;
    result?;
    Ok(closed?)
}

async fn serve(
    arguments: &UpArguments,
    project: &Project,
    data_dir: &DataDir,
    database: &Database,
    output: Output,
) -> Result<()> {
    let platform = platform(database)?;
    let mut demo = None;
    if wants_demo(arguments, project, &platform).await? {
        demo = Some(Demo::start(data_dir, platform.now().micros()).await?);
    }
    let mut given = demo.as_ref().map_or_else(BTreeMap::new, Demo::variables);
    if std::env::var_os(environment_key("public_url")).is_none() && arguments.listen.port() != 0 {
        // Who listens elsewhere than by default is reached there, until somebody says otherwise.
        let listens_at = match arguments.listen.ip() {
            ip if ip.is_unspecified() => format!("http://127.0.0.1:{}", arguments.listen.port()),
            _ => format!("http://{}", arguments.listen),
        };
        given.insert("public_url".to_owned(), listens_at);
    }
    let limits = limits_of(arguments);
    let application = open_application(project, database, data_dir, given, limits).await?;
    let options = HttpOptions {
        announce_time: Duration::from_millis(arguments.announce_ms),
        ..HttpOptions::default()
    };
    let server = HttpServer::bind(Arc::clone(&application), arguments.listen, options)?;
    let url = format!("http://{}", server.address());

    let shutdown = CancellationToken::new();
    let errands = server.errands();
    let serving = tokio::spawn(server.run(shutdown.clone()));
    // Hints that were stored while no host was there.
    errands.run(HINTED_JOB);
    let running = run_errands(Arc::clone(&application), errands, shutdown.clone());
    let running = tokio::spawn(running);
    let pulse = match &mut demo {
        Some(demo) => {
            let keys = KeyRing::parse(&token_key(data_dir)?)?;
            let api_token = demo.settle(&platform, &keys, data_dir).await?;
            if !demo.was_synced(&platform).await? {
                output.remark("First sync of the demo agency");
                let (agency, request) = (demo.agency(), step_of(SYNC_JOB, demo.agency()));
                let total = sync_shown(&application, &platform, (agency, None), request).await?;
                output.remark(&total.sentence());
            }
            demo.run_team(&platform).await?;
            demo.announce_sales_to(&url);
            let link = format!("{url}/login?token={}", api_token.expose());
            output.remark(&format!(
                "Demo agency on a simulated Fanvue; sign in: {link}"
            ));
            let pulse = demo_pulse(Arc::clone(&application), demo.agency(), shutdown.clone());
            Some(tokio::spawn(pulse))
        }
        None => None,
    };
    output.print(
        &format!("Serving {url}"),
        &serde_json::json!({ "serving": url }),
    );

    let schedules = if arguments.no_cron {
        Vec::new()
    } else {
        application.schedules().to_vec()
    };
    let clock = Arc::clone(application.clock());
    let firing = run_schedules(
        application,
        schedules,
        clock,
        CronOptions::default(),
        shutdown.clone(),
    );
    let firing = tokio::spawn(firing);
    stop_requested().await?;
    output.remark("Stopping: no new work, waiting for what is under way");
    shutdown.cancel();
    serving.await?;
    firing.await?;
    running.await?;
    if let Some(pulse) = pulse {
        pulse.await?;
    }
    if let Some(demo) = demo {
        demo.stop().await;
    }
    Ok(())
}

/// Fails before anything is opened when somebody else listens there.
fn check_address(address: SocketAddr) -> Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "{address} cannot be listened on ({error}); stop what uses it or choose another with \
             --listen"
        ),
    }
}

/// Demo mode is for who has nothing yet: no Fanvue credentials and no agency of their own.
async fn wants_demo(
    arguments: &UpArguments,
    project: &Project,
    platform: &NativePlatform,
) -> Result<bool> {
    let is_set = |name| std::env::var(environment_key(name)).is_ok_and(|value| !value.is_empty());
    if arguments.demo {
        return Ok(true);
    }
    if !project.manifest.variables.contains_key("fanvue_client_id") || is_set("fanvue_client_id") {
        return Ok(false);
    }
    let statement = "select count(*) from agencies where name <> $1";
    let rows = platform
        .query(statement, &[demo::AGENCY_NAME.into()])
        .await?;
    Ok(tidemark_ports::sql::only_row(rows)?.get::<i64>(0)? == 0)
}

fn limits_of(arguments: &UpArguments) -> Limits {
    let mut limits = Limits::default();
    if let Some(mebibytes) = arguments.memory_limit_mb {
        limits.memory_bytes = (mebibytes as usize) << 20;
    }
    if let Some(milliseconds) = arguments.request_timeout_ms {
        limits = limits.with_answer_time(Duration::from_millis(milliseconds));
    }
    limits
}

fn step_of(job: &str, agency: AgencyId) -> StepRequest {
    StepRequest {
        job: job.to_owned(),
        agency_id: Some(agency.to_string()),
        model_id: None,
        full: false,
        budget_ms: None,
    }
}

/// Syncs the demo agency at once and then every minute.
async fn demo_pulse(application: Arc<Application>, agency: AgencyId, shutdown: CancellationToken) {
    loop {
        for job in DEMO_JOBS {
            if let Err(error) = application.step(&step_of(job, agency)).await {
                tracing::warn!(job, %error, "the demo's step failed");
            }
        }
        let pause = tokio::time::sleep(DEMO_PULSE);
        if shutdown.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}
