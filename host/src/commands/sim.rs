//! `tidemark sim`: the Fanvue simulator alone.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use tidemark_simulator::{Simulator, SimulatorConfig, Webhooks};

use crate::cli::SimArguments;
use crate::commands::output::Output;
use crate::signals::stop_requested;

/// Serves the simulator until it is asked to stop.
pub async fn run(arguments: &SimArguments, output: Output) -> Result<()> {
    let mut config = SimulatorConfig::default()
        .with_seed(arguments.seed)
        .with_models(arguments.models)
        .with_transactions(arguments.transactions)
        .with_rate_limit(arguments.rate_limit)
        .with_fault_profile(arguments.faults);
    if let (Some(url), Some(secret)) = (&arguments.webhook_url, &arguments.webhook_secret) {
        config = config.with_webhooks(Webhooks::to(url, secret));
    }
    if let Some(seconds) = arguments.sale_every {
        config = config.with_live_sales(Duration::from_secs(seconds));
    }
    let simulator = Simulator::start(config, arguments.listen).await?;
    let (client, grant) = (simulator.client(), simulator.agency_grant());
    let url = simulator.base_url();
    let text = format!(
        "Simulating Fanvue on {url}\n\
         SPIN_VARIABLE_FANVUE_API_URL={url}\n\
         SPIN_VARIABLE_FANVUE_AUTH_URL={url}\n\
         SPIN_VARIABLE_FANVUE_CLIENT_ID={}\n\
         SPIN_VARIABLE_FANVUE_CLIENT_SECRET={}\n\
         tidemark agency connect --agency ID --access-token {} --refresh-token {} --expires-in {}",
        client.id, client.secret, grant.access_token, grant.refresh_token, grant.expires_in_seconds,
    );
    let value = json!({
        "url": url,
        "clientId": client.id,
        "clientSecret": client.secret,
        "agencyGrant": grant,
        "models": simulator.models().iter().map(|model| model.id).collect::<Vec<_>>(),
    });
    output.print(&text, &value);
    stop_requested().await?;
    simulator.stop().await;
    Ok(())
}
