//! Answers that take the place of the true one, and true ones that suffer on their way.

use http::StatusCode;
use serde_json::json;

use crate::delivery::Delivery;
use crate::exchange::ApiResponse;
use crate::faults::{FaultKind, FaultState, FaultSubject, pages, rows};
use crate::limiter::Allowance;
use crate::problem::Problem;
use crate::tokens::TokenRefused;

const GATEWAY_PAGE: &str = "<html>\n<head><title>502 Bad Gateway</title></head>\n\
    <body>\n<center><h1>502 Bad Gateway</h1></center>\n</body>\n</html>\n";

/// What is said instead of the true answer; none for a fault that disturbs the true one.
pub(crate) fn instead(kind: FaultKind) -> Option<ApiResponse> {
    let json = |status, body| Some(ApiResponse::json(status, &body));
    match kind {
        FaultKind::RateLimited | FaultKind::RateLimitedSilently | FaultKind::RateLimitedBurst => {
            Some(Problem::RateLimited.response())
        }
        FaultKind::ServerError => json(
            StatusCode::INTERNAL_SERVER_ERROR,
            json!({ "error": "internal server error" }),
        ),
        FaultKind::BadGateway => Some(ApiResponse::html(
            StatusCode::BAD_GATEWAY,
            GATEWAY_PAGE.to_owned(),
        )),
        FaultKind::Unavailable => json(
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "message": "service unavailable" }),
        ),
        FaultKind::Reset => Some(ApiResponse::unanswered()),
        FaultKind::CursorRefused => json(
            StatusCode::BAD_REQUEST,
            json!({ "errors": ["cursor is no longer valid"] }),
        ),
        FaultKind::TokenExpired => Some(Problem::from(TokenRefused::Expired).response()),
        FaultKind::Forbidden => json(StatusCode::FORBIDDEN, json!({ "error": "access denied" })),
        FaultKind::Gone => json(
            StatusCode::GONE,
            json!({
                "error": "API version sunset",
                "message": format!("version {} is no longer served", crate::API_VERSION),
                "nextVersion": "2027-01-15",
            }),
        ),
        FaultKind::Truncated
        | FaultKind::Slow
        | FaultKind::Huge
        | FaultKind::DuplicatePage
        | FaultKind::ShuffledPage
        | FaultKind::EmptyPage
        | FaultKind::MalformedRow
        | FaultKind::SchemaDrift
        | FaultKind::LostRefreshAnswer => None,
    }
}

impl FaultState {
    /// What the rate-limit headers say under a fault.
    pub(crate) fn allowance(&self, kind: FaultKind, true_one: Allowance) -> Allowance {
        if !kind.is_rate_limit() {
            return true_one;
        }
        let seconds = i64::from(self.faults().retry_after_seconds);
        true_one.used_up((kind != FaultKind::RateLimitedSilently).then_some(seconds))
    }

    /// Disturbs the true answer; false when there was nothing to disturb.
    pub(crate) fn disturb(
        &mut self,
        kind: FaultKind,
        subject: &FaultSubject,
        query: &str,
        response: &mut ApiResponse,
    ) -> bool {
        match kind {
            FaultKind::Truncated => self.truncate(response),
            FaultKind::Slow => {
                response.delivery = Delivery::Delayed(self.faults.delay());
                true
            }
            FaultKind::LostRefreshAnswer => lose(response),
            FaultKind::Huge => pad(response, self.faults.huge_bytes),
            FaultKind::DuplicatePage => pages::duplicate(subject, query, response),
            FaultKind::EmptyPage => pages::empty(subject, query, response),
            FaultKind::ShuffledPage => pages::shuffle(response, &mut self.randomness),
            FaultKind::MalformedRow => rows::spoil_one(response, &mut self.randomness),
            FaultKind::SchemaDrift => rows::drift(response, &mut self.randomness),
            _ => false,
        }
    }

    fn truncate(&mut self, response: &mut ApiResponse) -> bool {
        if response.body.is_empty() {
            return false;
        }
        let after = self.randomness.position(response.body.len());
        response.delivery = Delivery::Truncated { after };
        true
    }
}

fn lose(response: &mut ApiResponse) -> bool {
    let was_processed = response.status == StatusCode::OK;
    if was_processed {
        response.delivery = Delivery::Reset;
    }
    was_processed
}

/// Puts blanks behind the first bracket of a JSON body.
fn pad(response: &mut ApiResponse, length: usize) -> bool {
    let is_json = matches!(response.body.first(), Some(b'{' | b'['));
    let missing = length.saturating_sub(response.body.len());
    if response.status != StatusCode::OK || !is_json || missing == 0 {
        return false;
    }
    response.body.splice(1..1, vec![b' '; missing]);
    true
}
