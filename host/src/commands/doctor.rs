//! `tidemark doctor`: one line per check, ok or what to do.

use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};
use serde::Serialize;
use tidemark_analytics::roll_up;
use tidemark_connections::rotation;
use tidemark_database::{Database, migrations};
use tidemark_domain::Zone;
use tidemark_manifest::variables::environment_key;
use tidemark_native::HttpClient;
use tidemark_ports::{Http as _, HttpMethod, HttpRequest};
use tidemark_sealing::KeyRing;
use tidemark_tenancy::agency;

use crate::cli::DatabaseArguments;
use crate::commands::output::Output;
use crate::project::{DataDir, Project, check_variables, open_database, platform, token_key};

/// A clock further off than this makes cut-off days and signatures wrong.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(30);

#[derive(Serialize)]
struct Check {
    check: &'static str,
    ok: bool,
    detail: String,
}

impl Check {
    fn of(check: &'static str, result: Result<String>) -> Self {
        match result {
            Ok(detail) => Self {
                check,
                ok: true,
                detail,
            },
            Err(error) => Self {
                check,
                ok: false,
                detail: format!("{error:#}"),
            },
        }
    }
}

/// Checks everything and fails when anything is wrong.
pub async fn run(arguments: &DatabaseArguments, output: Output) -> Result<()> {
    let mut checks = Vec::new();
    let project = Project::read(&arguments.manifest.manifest);
    match &project {
        Ok(project) => {
            let found = format!("{} components", project.manifest.components.len());
            checks.push(Check::of("manifest", Ok(found)));
            checks.push(Check::of("components", components(project)));
            checks.push(Check::of("variables", variables(project)));
        }
        Err(error) => checks.push(Check::of("manifest", Err(anyhow::anyhow!("{error:#}")))),
    }
    match open_database(arguments).await {
        Ok(database) => {
            checks.push(Check::of("database", version(&database).await));
            let migrated = migrated(&database).await;
            let is_current = migrated.is_ok();
            checks.push(Check::of("migrations", migrated));
            if is_current {
                checks.push(Check::of("roll-ups", roll_ups(&database).await));
                checks.push(Check::of("token key", sealed(&database, arguments).await));
            }
            database.close().await?;
        }
        Err(error) => checks.push(Check::of("database", Err(error))),
    }
    let fanvue = reach_fanvue(project.as_ref().ok()).await;
    checks.push(Check::of(
        "fanvue",
        fanvue
            .as_ref()
            .map(|(detail, _)| detail.clone())
            .map_err(|error| anyhow::anyhow!("{error:#}")),
    ));
    checks.push(Check::of(
        "clock",
        clock(fanvue.ok().and_then(|(_, date)| date).as_deref()),
    ));
    report(&checks, output)
}

fn report(checks: &[Check], output: Output) -> Result<()> {
    let lines: Vec<String> = checks
        .iter()
        .map(|check| {
            let verdict = if check.ok { "ok" } else { "NOT OK" };
            format!("{:11} {verdict:7} {}", check.check, check.detail)
        })
        .collect();
    output.print(&lines.join("\n"), &checks);
    let failed: Vec<&str> = checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| check.check)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "not ok: {}; what to do stands in the lines above",
        failed.join(", ")
    )
}

fn components(project: &Project) -> Result<String> {
    project.manifest.check_files(&project.root)?;
    let mut stale = Vec::new();
    for component in project.manifest.components.values() {
        if component.is_stale(&project.root)? {
            stale.push(component.name.as_str());
        }
    }
    match stale.as_slice() {
        [] => Ok("every Wasm file is newer than its sources".to_owned()),
        names => bail!(
            "{} older than the sources; run `tidemark build`",
            names.join(", ")
        ),
    }
}

fn variables(project: &Project) -> Result<String> {
    check_variables(project)?;
    let unset: Vec<String> = ["cron_secret", "fanvue_client_id", "fanvue_client_secret"]
        .iter()
        .filter(|name| {
            std::env::var(environment_key(name))
                .unwrap_or_default()
                .is_empty()
        })
        .map(|name| environment_key(name))
        .collect();
    Ok(if unset.is_empty() {
        "all set".to_owned()
    } else {
        format!(
            "not set: {} (see the README for what that closes)",
            unset.join(", ")
        )
    })
}

async fn version(database: &Database) -> Result<String> {
    let client = database.pool().get().await?;
    let version: String = client.query_one("show server_version", &[]).await?.get(0);
    let kind = if database.is_embedded() {
        "embedded"
    } else {
        "server"
    };
    Ok(format!("{kind}, PostgreSQL {version}"))
}

async fn migrated(database: &Database) -> Result<String> {
    let status = migrations::status(database.pool()).await?;
    if status.is_current() {
        return Ok(format!("at {}", migrations::latest()));
    }
    bail!("not up to date; run `tidemark migrate`")
}

/// Which of the keys the stored tokens need.
async fn sealed(database: &Database, arguments: &DatabaseArguments) -> Result<String> {
    let keys = KeyRing::parse(&token_key(&DataDir::open(&arguments.data_dir)?)?)?;
    let sealed = rotation::examine(&platform(database)?, &keys).await?;
    if sealed.unopenable > 0 {
        bail!(
            "{} connections open with no key of token_key; restore the key or connect them again",
            sealed.unopenable
        );
    }
    Ok(match sealed.with_another {
        0 => format!("{} connections need the first key alone", sealed.with_first),
        others => format!(
            "{others} connections are sealed with an old key; run `tidemark reseal` before it goes"
        ),
    })
}

/// Compares every agency's roll-ups with its ledger.
async fn roll_ups(database: &Database) -> Result<String> {
    let platform = platform(database)?;
    let agencies = agency::zones(&platform).await?;
    let mut problems = Vec::new();
    for (agency, zone) in &agencies {
        let checked = roll_up::check(&platform, *agency, &Zone::parse(zone)?).await?;
        if checked.differences > 0 {
            problems.push(format!(
                "{} rows of agency {agency} differ from its ledger; run `tidemark rebuild --agency \
                 {agency}` (until then it is answered from the ledger)",
                checked.differences
            ));
        }
        if checked.days_apart > 0 {
            problems.push(format!(
                "the database begins {} days of {zone} elsewhere than this program; bring its time \
                 zone data up to date (until then agency {agency} is answered from the ledger)",
                checked.days_apart
            ));
        }
    }
    if problems.is_empty() {
        return Ok(format!(
            "equal to the ledger of {} agencies",
            agencies.len()
        ));
    }
    bail!("{}", problems.join("; "))
}

/// Any answer of the API's host shows that it can be reached.
async fn reach_fanvue(project: Option<&Project>) -> Result<(String, Option<String>)> {
    const NAME: &str = "fanvue_api_url";
    let default = project.and_then(|project| project.manifest.variables.get(NAME)?.default.clone());
    let Some(url) = std::env::var(environment_key(NAME)).ok().or(default) else {
        bail!("the manifest declares no {NAME}");
    };
    let request = HttpRequest {
        method: HttpMethod::Get,
        url: url.clone(),
        headers: vec![],
        body: vec![],
    };
    let response = HttpClient::new(HttpClient::TIMEOUT)?.send(request).await?;
    Ok((
        format!("{url} answers"),
        response.header("date").map(str::to_owned),
    ))
}

fn clock(date: Option<&str>) -> Result<String> {
    let Some(there) = date.and_then(|text| httpdate::parse_http_date(text).ok()) else {
        return Ok("not compared: Fanvue named no date".to_owned());
    };
    let here = SystemTime::now();
    let off = here
        .duration_since(there)
        .or_else(|_| there.duration_since(here));
    let off = off.unwrap_or_default();
    if off <= CLOCK_TOLERANCE {
        return Ok(format!("within {} s of Fanvue's", off.as_secs().max(1)));
    }
    bail!("{} s off Fanvue's; set the clock by NTP", off.as_secs())
}
