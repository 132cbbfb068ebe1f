//! Turns HTTP into [`World::respond`] and back, and does to the connection what the world decides.

use std::sync::{MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use http::{StatusCode, request};

use super::SharedWorld;
use super::body::BrokenBody;
use crate::clock::Clock;
use crate::delivery::Delivery;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::world::World;

#[derive(Debug, Clone)]
struct Shell {
    world: SharedWorld,
    clock: Clock,
}

/// A world as an axum service, for a server of one's own.
pub fn router(world: SharedWorld, clock: Clock) -> Router {
    Router::new()
        .fallback(handle)
        .with_state(Shell { world, clock })
}

async fn handle(State(shell): State<Shell>, parts: request::Parts, body: Bytes) -> Response {
    let request = read(&parts, &body);
    let response = {
        let mut world = lock(&shell.world);
        world.respond(&request, shell.clock.now())
    };
    let status = response.status.as_u16();
    tracing::debug!(method = %request.method, path = %request.path, status, "simulator.request");
    if let Delivery::Delayed(pause) = response.delivery {
        tokio::time::sleep(pause).await;
    }
    write(response)
}

/// A panic in one request does not take the simulator away from the others.
pub(super) fn lock(world: &SharedWorld) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(parts: &request::Parts, body: &Bytes) -> ApiRequest {
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    ApiRequest {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
    }
}

/// The response with the fate of its body; the connection does the rest.
fn write(response: ApiResponse) -> Response {
    let mut builder = Response::builder().status(response.status);
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    let body = match response.delivery {
        Delivery::Whole | Delivery::Delayed(_) => Body::from(response.body),
        Delivery::Truncated { after } => {
            builder = builder.header(CONTENT_LENGTH, response.body.len());
            let mut arriving = response.body;
            arriving.truncate(after);
            Body::new(BrokenBody::after(arriving))
        }
        Delivery::Reset => Body::new(BrokenBody::without_answer()),
    };
    builder.body(body).unwrap_or_else(|error| {
        tracing::error!(%error, "simulator.unwritable_response");
        let mut failure = Response::new(Body::empty());
        *failure.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failure
    })
}
