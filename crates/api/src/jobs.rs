//! The routes of job components: cron routes and the page's sync button.

use std::future::Future;
use std::time::Duration;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tidemark_domain::{ModelId, Secret};
use tidemark_jobs::{StepError, StepReport, StepRequest};
use tidemark_ports::Platform;
use tidemark_tenancy::audit::{self, Action, Deed};

use crate::{ApiError, Request, Response, auth, cron, respond};

/// `GET|POST /api/cron/…`: one step over all agencies, for schedulers. They differ in the method
/// they send, so both run the step (defect D103).
///
/// # Errors
/// 401, 405, 503
pub async fn cron_step<F>(
    request: &Request,
    cron_secret: &Secret,
    step: impl FnOnce(StepRequest) -> F,
) -> Result<Response, ApiError>
where
    F: Future<Output = Result<StepReport, StepError>>,
{
    if ![Method::GET, Method::POST].contains(request.method()) {
        return Err(ApiError::method_not_allowed());
    }
    cron::require_secret(request.headers(), cron_secret)?;
    Ok(report_response(&step(StepRequest::default()).await?))
}

/// The page asks for step after step until the sync is done: that is one request of its user.
const ONE_REQUEST: Duration = Duration::from_mins(10);

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SyncBody {
    model_id: Option<ModelId>,
    #[serde(default)]
    full: bool,
}

/// `POST /api/sync`: one step for the caller's agency.
///
/// # Errors
/// 400, 401, 403, 404, 405, 503
pub async fn sync_step<F>(
    platform: &impl Platform,
    public_url: &str,
    request: &Request,
    step: impl FnOnce(StepRequest) -> F,
) -> Result<Response, ApiError>
where
    F: Future<Output = Result<StepReport, StepError>>,
{
    if request.method() != Method::POST {
        return Err(ApiError::method_not_allowed());
    }
    let caller = auth::authorize(platform, request, public_url).await?;
    let body = sync_body(request.body())?;
    let now = platform.now();
    let asked_for = Deed {
        agency: caller.agency,
        actor: Some(caller.token),
        action: Action::SyncRequested,
        subject: body.model_id.map(|model| model.to_string()),
        detail: json!({"full": body.full}),
    };
    audit::note_once(platform, &asked_for, now.minus(ONE_REQUEST), now).await?;
    let request = StepRequest {
        agency: Some(caller.agency),
        model: body.model_id,
        full: body.full,
        budget: None,
    };
    Ok(report_response(&step(request).await?))
}

fn sync_body(body: &[u8]) -> Result<SyncBody, ApiError> {
    if body.is_empty() {
        return Ok(SyncBody::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        ApiError::bad_body(format!(
            "the body must be JSON with modelId (a UUID) and full (a boolean), both optional: {error}"
        ))
    })
}

fn report_response(report: &StepReport) -> Response {
    let mut response = respond::json(StatusCode::OK, report);
    let no_store = http::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(http::header::CACHE_CONTROL, no_store);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_body_means_a_quick_sync_of_all_models() {
        let body = sync_body(b"").unwrap();
        assert!(body.model_id.is_none() && !body.full);
    }

    #[test]
    fn an_unknown_member_of_the_body_is_named() {
        let error = sync_body(br#"{"modleId":null}"#).err().unwrap();
        assert!(
            String::from_utf8(error.into_response().into_body())
                .unwrap()
                .contains("modleId")
        );
    }
}
