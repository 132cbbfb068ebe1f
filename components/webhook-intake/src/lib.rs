//! webhook-intake: events from Fanvue. Wiring only; the logic is `tidemark-webhooks`.
#![cfg(target_arch = "wasm32")]

use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;
use tidemark_api::{ApiError, Response};
use tidemark_platform::bounded::{self, NoBody};
use tidemark_platform::{http_server, settings};
use tidemark_webhooks::BODY_LIMIT;
use tidemark_webhooks::intake::{admit, take_in};

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    let response = answer(incoming)
        .await
        .unwrap_or_else(ApiError::into_response);
    http_server::send(outparam, response).await;
}

async fn answer(incoming: IncomingRequest) -> Result<Response, ApiError> {
    let head = bounded::head_of(&incoming);
    let secret = settings::secret("fanvue_webhook_secret")?;
    let secrets = admit(&head.method, &head.path, &secret)?;
    let body = bounded::read(incoming, BODY_LIMIT).await;
    let body = body.map_err(|error| match error {
        NoBody::TooLarge => ApiError::too_large(BODY_LIMIT),
        NoBody::Broken => ApiError::bad_body("the body broke off"),
    })?;
    take_in(&settings::platform()?, &secrets, &head.headers, body).await
}
