//! analytics-dashboard: the one endpoint and the page. Wiring only; the logic is
//! `tidemark-dashboard`.
#![cfg(target_arch = "wasm32")]

use spin_sdk::http_component;
use tidemark_api::{ApiError, Request, Response};
use tidemark_dashboard::DashboardSettings;
use tidemark_platform::settings;

#[http_component]
async fn handle(request: Request) -> Response {
    answer(&request)
        .await
        .unwrap_or_else(ApiError::into_response)
}

async fn answer(request: &Request) -> Result<Response, ApiError> {
    let platform = settings::platform()?;
    let dashboard = DashboardSettings {
        public_url: settings::text("public_url")?,
    };
    tidemark_dashboard::route(&platform, &dashboard, request).await
}
