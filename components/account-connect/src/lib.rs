//! account-connect: from a browser to Fanvue and back. Wiring only; the logic is `tidemark-connect`.
#![cfg(target_arch = "wasm32")]

use spin_sdk::http_component;
use tidemark_api::{ApiError, Request, Response};
use tidemark_connect::ConnectSettings;
use tidemark_platform::settings;

#[http_component]
async fn handle(request: Request) -> Response {
    answer(&request)
        .await
        .unwrap_or_else(ApiError::into_response)
}

async fn answer(request: &Request) -> Result<Response, ApiError> {
    let platform = settings::platform()?;
    let connect = ConnectSettings {
        public_url: settings::text("public_url")?,
        connections: settings::connections()?,
    };
    tidemark_connect::route(&platform, &connect, request).await
}
