//! `POST /api/webhooks/fanvue`.

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::json;
use tidemark_api::{ApiError, Response, respond};
use tidemark_domain::Secret;
use tidemark_ports::{Platform, SqlError, Value, sql::only_row};

use crate::event::{Event, TOPIC_HEADER};
use crate::signature::{self, Secrets};

/// The route.
pub const PATH: &str = "/api/webhooks/fanvue";

/// With this header an answer names a job that the host should run at once. It saves the host from
/// watching the database; elsewhere it means nothing.
pub const RUN_HEADER: &str = "tidemark-run";

/// The job that follows hints.
const HINTED_JOB: &str = "sync-hinted";

/// Looks at a request before its body is read; gives the secrets to verify the body with.
///
/// # Errors
/// 404, 405, and 503 while no secret is configured.
pub fn admit(method: &Method, path: &str, secret: &Secret) -> Result<Secrets, ApiError> {
    if path != PATH {
        return Err(ApiError::not_found(format!("there is no route {path}")));
    }
    if *method != Method::POST {
        return Err(ApiError::method_not_allowed().allowing(&[Method::POST]));
    }
    Secrets::parse(secret).ok_or_else(|| {
        let message = "set the variable fanvue_webhook_secret to open this route";
        ApiError::not_configured(message)
    })
}

/// Verifies and stores an event; 202 once it is committed, for one that was stored before too.
///
/// # Errors
/// 401 for a body that Fanvue did not sign, 503 when the database is away.
pub async fn take_in(
    platform: &impl Platform,
    secrets: &Secrets,
    headers: &HeaderMap,
    body: Vec<u8>,
) -> Result<Response, ApiError> {
    let now = platform.now();
    if let Err(forged) = signature::verify(only_header(headers), &body, secrets, now) {
        eprintln!("webhook refused: {forged}");
        return Err(ApiError::unsigned());
    }
    let topic = headers
        .get(TOPIC_HEADER)
        .and_then(|value| value.to_str().ok());
    let event = Event::read(&body, topic);
    let is_hint = store(platform, &event, body).await?;
    let mut response = respond::json(StatusCode::ACCEPTED, &json!({"status": "accepted"}));
    if is_hint {
        let job = HeaderValue::from_static(HINTED_JOB);
        response.headers_mut().insert(RUN_HEADER, job);
    }
    Ok(response)
}

/// The signature; two headers of that name are as good as none.
fn only_header(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(signature::HEADER).iter();
    let first = values.next()?;
    values.next().is_none().then(|| first.to_str().ok())?
}

/// Stores the event with its hint; whether it is new and names a model of ours.
async fn store(platform: &impl Platform, event: &Event, body: Vec<u8>) -> Result<bool, SqlError> {
    let parameters: [Value; 9] = [
        event.hash.to_vec().into(),
        platform.now().into(),
        event.family.word().into(),
        event.topic.clone().into(),
        (event.meaning != crate::topics::Meaning::Unknown).into(),
        event.creator.into(),
        body.into(),
        event.meaning.is_hint().into(),
        event.order.clone().into(),
    ];
    let rows = platform
        .query(include_str!("sql/store_event.sql"), &parameters)
        .await?;
    only_row(rows)?.get(0)
}
