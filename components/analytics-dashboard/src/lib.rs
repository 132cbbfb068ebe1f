//! analytics-dashboard: the one endpoint and the page. Wiring only; the logic is
//! `tidemark-dashboard`.
#![cfg(target_arch = "wasm32")]

use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;
use tidemark_api::ApiError;
use tidemark_dashboard::{DashboardSettings, Reply, route};
use tidemark_platform::{SpinPlatform, http_server, settings};

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    match answer(incoming).await {
        Ok((Reply::Whole(response), _)) => http_server::send(outparam, response).await,
        Ok((Reply::Csv(head, mut file), platform)) => {
            http_server::stream(outparam, head, async || file.next_part(&platform).await).await;
        }
        Err(error) => http_server::send(outparam, error.into_response()).await,
    }
}

async fn answer(incoming: IncomingRequest) -> Result<(Reply, SpinPlatform), ApiError> {
    let request = http_server::read(incoming).await?;
    let platform = settings::gate()?;
    let dashboard = DashboardSettings {
        public_url: settings::text("public_url")?,
        cron_secret: settings::secret("cron_secret")?,
    };
    let reply = route(&platform, &dashboard, &request).await?;
    Ok((reply, platform))
}
