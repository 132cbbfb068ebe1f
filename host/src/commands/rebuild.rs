//! `tidemark rebuild`: the roll-ups of the ledger, made anew.

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tidemark_analytics::roll_up;
use tidemark_domain::{AgencyId, Zone};
use tidemark_ports::{Clock, Sql};
use tidemark_tenancy::agency;

use crate::cli::RebuildArguments;
use crate::commands::output::Output;
use crate::project::{open_migrated_database, platform};

/// Fans settled by one statement. The more, the fewer statements; the ledger of the agency waits for
/// each of them.
const FANS_PER_STEP: i64 = 2_000;

/// Rebuilds the roll-ups of one agency or of all, and checks them against the ledger.
pub async fn run(arguments: &RebuildArguments, output: Output) -> Result<()> {
    let database = open_migrated_database(&arguments.database).await?;
    let platform = platform(&database)?;
    let result = rebuild(&platform, arguments.agency).await;
    database.close().await?;
    let rebuilt = result?;
    let (agencies, models, fans) = (rebuilt.agencies, rebuilt.models, rebuilt.fans);
    let text = format!(
        "Rolled up the ledgers of {agencies} agencies ({models} models, {fans} fans); all equal."
    );
    let value = serde_json::json!({ "agencies": agencies, "models": models, "fans": fans });
    output.print(&text, &value);
    Ok(())
}

#[derive(Debug, Default)]
struct Rebuilt {
    agencies: u64,
    models: i64,
    fans: i64,
}

async fn rebuild<P: Sql + Clock>(platform: &P, only: Option<AgencyId>) -> Result<Rebuilt> {
    let mut rebuilt = Rebuilt::default();
    let agencies = agency::zones(platform).await?;
    if let Some(wanted) = only
        && !agencies.iter().any(|(agency, _)| *agency == wanted)
    {
        bail!("there is no agency {wanted}; create one with `tidemark agency create`");
    }
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{spinner} {wide_bar} {pos}/{len} models, {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    for (agency, zone) in agencies {
        if only.is_some_and(|wanted| wanted != agency) {
            continue;
        }
        rebuilt.agencies += 1;
        bar.inc_length(roll_up::forget(platform, agency).await?.unsigned_abs());
        loop {
            let step = roll_up::step(platform, agency, FANS_PER_STEP).await?;
            rebuilt.models += step.models;
            rebuilt.fans += step.fans;
            bar.inc(step.models.unsigned_abs());
            bar.set_message(format!("{} fans", rebuilt.fans));
            if !step.more {
                break;
            }
        }
        let checked = roll_up::check(platform, agency, &Zone::parse(&zone)?).await?;
        if !checked.agrees() {
            bail!("the new roll-ups of agency {agency} differ from its ledger: {checked:?}");
        }
    }
    bar.finish_and_clear();
    Ok(rebuilt)
}
