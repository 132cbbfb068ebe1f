//! account-connect: from a browser to Fanvue and back. Wiring only; the logic is `tidemark-connect`.
#![cfg(target_arch = "wasm32")]

use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;
use tidemark_api::{ApiError, Request, Response};
use tidemark_connect::ConnectSettings;
use tidemark_platform::{http_server, settings};

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    http_server::serve(incoming, outparam, answer).await;
}

async fn answer(request: &Request) -> Result<Response, ApiError> {
    let gate = settings::gate()?;
    let connect = ConnectSettings {
        public_url: settings::text("public_url")?,
        connections: settings::connections()?,
    };
    tidemark_connect::route(&gate, &connect, request).await
}
