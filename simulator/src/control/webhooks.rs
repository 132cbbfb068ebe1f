//! `/_simulator/webhooks`: where webhooks go, and what became of them.

use http::StatusCode;
use serde_json::json;

use super::ControlError;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::webhooks::Webhooks;
use crate::world::World;

pub(super) fn answer(world: &mut World, request: &ApiRequest) -> Result<ApiResponse, ControlError> {
    match request.method.as_str() {
        "GET" => {}
        "PUT" => {
            let webhooks: Webhooks = serde_json::from_slice(&request.body)?;
            world.set_webhooks(Some(webhooks));
        }
        "DELETE" => world.set_webhooks(None),
        _ => return Err(ControlError::NoRoute),
    }
    let url = world.webhooks().map(|webhooks| webhooks.url.clone());
    let body = json!({"url": url, "deliveries": world.webhook_log()});
    Ok(ApiResponse::json(StatusCode::OK, &body))
}
