//! `tidemark bench start`: from the start of the process to "Serving" and to the first answer of a
//! component, and memory when idle.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::commands::build::build_stale;
use crate::commands::output::Output;
use crate::project::Project;

/// A start that takes longer has failed.
const LONGEST_START: Duration = Duration::from_mins(2);

/// How long a process rests before its memory is read.
const REST: Duration = Duration::from_secs(3);

/// A route of a component that asks the database nothing.
const ROUTE: &str = "/login";

/// From the start of a process.
#[derive(Clone, Copy, Debug)]
struct Start {
    serving: Duration,
    answered: Duration,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    /// nothing in the data directory: database made, components compiled, first sync
    cold_start_ms: u128,
    /// median over the runs
    warm_start_ms: u128,
    warm_start_worst_ms: u128,
    /// the same to the first answer, with compiled code from the cache, median over the runs
    first_answer_ms: u128,
    /// resident when idle, in MB (10⁶ bytes)
    idle_memory_mb: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    embedded: Figures,
    /// null without a server to measure on
    with_server: Option<Figures>,
}

/// Measures with the embedded database and, where a URL is given, with a server.
pub async fn run(
    manifest: &Path,
    database_url: Option<&str>,
    runs: u32,
    output: Output,
) -> Result<()> {
    build_stale(&Project::read(manifest)?).await?;
    let embedded = measure(manifest, None, runs).await?;
    let with_server = match database_url {
        Some(url) => Some(measure(manifest, Some(url), runs).await?),
        None => None,
    };
    let results = Results {
        embedded,
        with_server,
    };
    output.print(&text_of(&results), &results);
    Ok(())
}

fn text_of(results: &Results) -> String {
    let line = |name: &str, figures: &Figures| {
        format!(
            "{name:20} cold start {} ms, warm start {} ms (worst {} ms), first answer {} ms, \
             idle memory {} MB",
            figures.cold_start_ms,
            figures.warm_start_ms,
            figures.warm_start_worst_ms,
            figures.first_answer_ms,
            figures.idle_memory_mb
        )
    };
    let embedded = line("embedded database", &results.embedded);
    let server = results.with_server.as_ref().map_or_else(
        || "database server      not measured: give one with --database-url".to_owned(),
        |figures| line("database server", figures),
    );
    format!("{embedded}\n{server}")
}

async fn measure(manifest: &Path, database_url: Option<&str>, runs: u32) -> Result<Figures> {
    let data_dir = tempfile::tempdir().context("no temporary directory can be made")?;
    let start = || start(manifest, data_dir.path(), database_url);
    let (process, cold) = start().await?;
    stop(process).await?;
    let mut warm = Vec::new();
    let mut answered = Vec::new();
    let mut idle_memory_mb = 0;
    for run in 0..runs {
        let (process, took) = start().await?;
        warm.push(took.serving.as_millis());
        answered.push(took.answered.as_millis());
        if run + 1 == runs {
            tokio::time::sleep(REST).await;
            idle_memory_mb = resident_mb(&process)?;
        }
        stop(process).await?;
    }
    warm.sort_unstable();
    answered.sort_unstable();
    Ok(Figures {
        cold_start_ms: cold.serving.as_millis(),
        warm_start_ms: warm[warm.len() / 2],
        warm_start_worst_ms: warm[warm.len() - 1],
        first_answer_ms: answered[answered.len() / 2],
        idle_memory_mb,
    })
}

/// Starts `tidemark up` on a free port and waits until it serves and has answered.
async fn start(
    manifest: &Path,
    data_dir: &Path,
    database_url: Option<&str>,
) -> Result<(Child, Start)> {
    let program = std::env::current_exe().context("this program's own file is unknown")?;
    let mut command = Command::new(program);
    command.args([
        "up",
        "--no-build",
        "--demo",
        "--listen",
        "127.0.0.1:0",
        "--manifest",
    ]);
    command.arg(manifest).arg("--data-dir").arg(data_dir);
    match database_url {
        Some(url) => command.env("SPIN_VARIABLE_DATABASE_URL", url),
        None => command.env_remove("SPIN_VARIABLE_DATABASE_URL"),
    };
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let began = Instant::now();
    let mut process = command.spawn().context("tidemark cannot be started")?;
    let stdout = process
        .stdout
        .take()
        .context("the output of tidemark is not piped")?;
    let serving = async {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some(url) = line.strip_prefix("Serving ") {
                return Ok(url.trim_end_matches('/').to_owned());
            }
        }
        bail!("`tidemark up` ended before it served; run it by hand to see why")
    };
    let url = timeout(LONGEST_START, serving)
        .await
        .context("`tidemark up` did not come to serve")??;
    let serving = began.elapsed();
    let answer = reqwest::get(format!("{url}{ROUTE}")).await?;
    answer.error_for_status()?.bytes().await?;
    let start = Start {
        serving,
        answered: began.elapsed(),
    };
    Ok((process, start))
}

async fn stop(mut process: Child) -> Result<()> {
    if let Some(id) = process.id() {
        let status = Command::new("kill")
            .args(["-TERM", &id.to_string()])
            .status()
            .await?;
        if !status.success() {
            bail!("process {id} cannot be asked to stop");
        }
    }
    let status = timeout(LONGEST_START, process.wait())
        .await
        .context("it did not stop")??;
    if !status.success() {
        bail!("`tidemark up` ended with {status} when asked to stop");
    }
    Ok(())
}

/// The resident set of a process, from `/proc`.
fn resident_mb(process: &Child) -> Result<u64> {
    let id = process.id().context("the process has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))
        .context("memory is only measured where /proc tells it")?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .context("/proc does not tell the resident set")?;
    Ok(kibibytes * 1024 / 1_000_000)
}
