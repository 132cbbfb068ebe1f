//! `/_simulator/…`: the world as it really is, without tokens and limits, for tests and people.
//!
//! | request | what |
//! | --- | --- |
//! | `GET /models` | the creators |
//! | `GET /totals` | rows, gross and net per creator, with and without reversals |
//! | `GET /models/{id}/rows` | every row of a creator, newest first |
//! | `POST /models/{id}/sales` | appends a row ([`NewSale`][crate::NewSale]); 201 with the row |
//! | `POST /models/{id}/late-sales` `{"sale","ageSeconds"}` | appends a row dated before now |
//! | `POST /models/{id}/future-sales` `{"sale","leadSeconds"}` | appends a row dated after now and served already |
//! | `POST /models/{id}/equal-sales` `{"sale","count"}` | appends the same sale several times; 201 with the rows |
//! | `POST /models/{id}/reversals` | appends a reversal ([`NewReversal`][crate::NewReversal]) |
//! | `POST /models/{id}/rows/{sequence}/vanish` | takes a row away for good; the row |
//! | `POST /models/{id}/rows/{sequence}/amend` | changes its amounts ([`Amendment`][crate::Amendment]); the row |
//! | `PUT /models/{id}/shape` `{"shape"}` | gives a creator rows of its own generation, null the world's |
//! | `POST /churn` `{"step"}` | one random event ([`ChurnEvent`][crate::ChurnEvent]) |
//! | `GET`, `PUT /faults` | the random faults ([`Faults`][crate::Faults]); `PUT` sets all of them |
//! | `POST /faults/script` | a scripted fault ([`ScriptedFault`][crate::ScriptedFault]); 201 with it |
//! | `DELETE /faults` | nothing goes wrong from now on |
//! | `GET`, `PUT`, `DELETE /webhooks` | where new rows are announced ([`Webhooks`][crate::Webhooks]), and what became of it |
//! | `POST /grants` `{"model"?}` | a fresh grant of the agency, or of a creator |
//! | `POST /revoke` `{"model"?}` | revokes all grants, or those of a creator |
//! | `GET`, `DELETE /requests` | the request log; forgets it |
//! | `PUT /rate-limit` `{"requests"}` | requests per minute and bucket, 0 is unlimited |
//! | `GET`, `PUT /switches` | the switches; members left out stay as they are |

mod faults;
mod rows;
mod webhooks;

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::amend::AmendError;
use crate::append::AppendError;
use crate::clock::Micros;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::switches::Switches;
use crate::world::{UnknownModel, World};

/// Why a control request is refused; `{error}`.
#[derive(Debug, Error)]
enum ControlError {
    /// 404: no such request.
    #[error("no such control request")]
    NoRoute,
    /// 404: no such creator.
    #[error(transparent)]
    UnknownModel(#[from] UnknownModel),
    /// 400: a path segment that is no UUID.
    #[error("{0:?} is not a UUID")]
    MalformedId(String),
    /// 400: a body that is not what is expected.
    #[error("unusable body: {0}")]
    MalformedBody(#[from] serde_json::Error),
    /// 400: a path segment that is no number.
    #[error("{0:?} is not the sequence of a row")]
    MalformedSequence(String),
    /// 422: a row that cannot be appended.
    #[error(transparent)]
    Append(AppendError),
    /// 404 or 422: a row that cannot be changed.
    #[error(transparent)]
    Amend(AmendError),
}

impl ControlError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoRoute | Self::UnknownModel(_) | Self::Amend(AmendError::UnknownRow(_)) => {
                StatusCode::NOT_FOUND
            }
            Self::MalformedId(_) | Self::MalformedBody(_) | Self::MalformedSequence(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Append(_) | Self::Amend(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl From<AppendError> for ControlError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::UnknownModel(unknown) => Self::UnknownModel(unknown),
            other => Self::Append(other),
        }
    }
}

impl From<AmendError> for ControlError {
    fn from(error: AmendError) -> Self {
        match error {
            AmendError::UnknownModel(unknown) => Self::UnknownModel(unknown),
            other => Self::Amend(other),
        }
    }
}

/// One creator, or all.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Selection {
    #[serde(default)]
    model: Option<Uuid>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    step: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RateLimit {
    requests: u32,
}

/// Answers the control request of `path`, which lacks the `/_simulator` in front.
pub(crate) fn respond(
    world: &mut World,
    request: &ApiRequest,
    path: &str,
    now: Micros,
) -> ApiResponse {
    answer(world, request, path, now).unwrap_or_else(|error| {
        let body = json!({ "error": error.to_string() });
        ApiResponse::json(error.status(), &body)
    })
}

fn answer(
    world: &mut World,
    request: &ApiRequest,
    path: &str,
    now: Micros,
) -> Result<ApiResponse, ControlError> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let body = request.body.as_slice();
    let ok = StatusCode::OK;
    let response = match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["models"]) => ApiResponse::json(ok, &world.models()),
        ("GET", ["totals"]) => ApiResponse::json(ok, &world.totals()),
        (_, ["models", id, rest @ ..]) => rows::answer(world, request, (id, rest), now)?,
        (_, ["faults", rest @ ..]) => faults::answer(world, request, rest)?,
        (_, ["webhooks"]) => webhooks::answer(world, request)?,
        ("POST", ["churn"]) => {
            let step: Step = serde_json::from_slice(body)?;
            ApiResponse::json(ok, &world.churn(step.step, now))
        }
        ("POST", ["grants"]) => {
            let grant = match optional::<Selection>(body)?.model {
                Some(model) => world.creator_grant(model, now)?,
                None => world.agency_grant(now),
            };
            ApiResponse::json(StatusCode::CREATED, &grant)
        }
        ("POST", ["revoke"]) => {
            let revoked = match optional::<Selection>(body)?.model {
                Some(model) => world.revoke_creator_tokens(model)?,
                None => world.revoke_tokens(),
            };
            ApiResponse::json(ok, &json!({ "revoked": revoked }))
        }
        ("GET", ["requests"]) => ApiResponse::json(ok, world.request_log()),
        ("DELETE", ["requests"]) => {
            world.clear_request_log();
            ApiResponse::json(ok, world.request_log())
        }
        ("PUT", ["rate-limit"]) => {
            let limit: RateLimit = serde_json::from_slice(body)?;
            world.set_rate_limit(limit.requests);
            ApiResponse::json(ok, &json!({ "requests": limit.requests }))
        }
        ("GET", ["switches"]) => ApiResponse::json(ok, world.switches()),
        ("PUT", ["switches"]) => {
            *world.switches_mut() = merged(world.switches(), body)?;
            ApiResponse::json(ok, world.switches())
        }
        _ => return Err(ControlError::NoRoute),
    };
    Ok(response)
}

fn optional<Body: DeserializeOwned + Default>(body: &[u8]) -> Result<Body, ControlError> {
    if body.is_empty() {
        return Ok(Body::default());
    }
    Ok(serde_json::from_slice(body)?)
}

/// The switches with the members of the body put over them.
fn merged(switches: &Switches, body: &[u8]) -> Result<Switches, ControlError> {
    let changes: serde_json::Map<String, Value> = serde_json::from_slice(body)?;
    let mut members = serde_json::to_value(switches)?;
    for (name, value) in changes {
        members[name] = value;
    }
    Ok(serde_json::from_value(members)?)
}
