//! Refusals of the API. Fanvue has no single error envelope; each status has its own body.

use http::StatusCode;
use serde_json::json;
use thiserror::Error;

use crate::exchange::ApiResponse;
use crate::tokens::TokenRefused;

/// Why an API request is refused.
#[derive(Debug, Error)]
pub(crate) enum Problem {
    /// 400 `{errors}`: dates, sources, cursor, pagination.
    #[error("invalid query: {}", .0.join("; "))]
    Validation(Vec<String>),
    /// 400 `{message}`: an identifier in the path that is no UUID.
    #[error("creatorUserUuid must be a valid UUID")]
    MalformedIdentifier,
    /// 400 `{error, message}`: version header missing or unknown.
    #[error("send X-Fanvue-API-Version: {}", crate::API_VERSION)]
    UnsupportedVersion,
    /// 401 `{error}`: no `Authorization: Bearer`.
    #[error("missing bearer token")]
    NoToken,
    /// 401 `{error}`: a token that is not accepted.
    #[error(transparent)]
    TokenRefused(#[from] TokenRefused),
    /// 403 `{error}`: the grant lacks a scope.
    #[error("missing scope {0}")]
    MissingScope(&'static str),
    /// 403 `{error}`: not a creator of this principal.
    #[error("creator is not managed by this account")]
    NotManaged,
    /// 403 `{error}`: only agencies may ask.
    #[error("only agency accounts can list creators")]
    AgencyOnly,
    /// 404 `{message}`: the own account on a creator twin.
    #[error("creator not found")]
    OwnAccount,
    /// 404 `{message}`: no such path.
    #[error("cannot {0}")]
    NoRoute(String),
    /// 429 `{error}`: the bucket is empty.
    #[error("too many requests")]
    RateLimited,
}

impl Problem {
    pub(crate) fn response(&self) -> ApiResponse {
        let text = self.to_string();
        let (status, body) = match self {
            Self::Validation(errors) => (StatusCode::BAD_REQUEST, json!({ "errors": errors })),
            Self::MalformedIdentifier => (StatusCode::BAD_REQUEST, json!({ "message": text })),
            Self::UnsupportedVersion => (
                StatusCode::BAD_REQUEST,
                json!({ "error": "unsupported API version", "message": text }),
            ),
            Self::NoToken | Self::TokenRefused(_) => {
                (StatusCode::UNAUTHORIZED, json!({ "error": text }))
            }
            Self::MissingScope(_) | Self::NotManaged | Self::AgencyOnly => {
                (StatusCode::FORBIDDEN, json!({ "error": text }))
            }
            Self::OwnAccount | Self::NoRoute(_) => {
                (StatusCode::NOT_FOUND, json!({ "message": text }))
            }
            Self::RateLimited => (StatusCode::TOO_MANY_REQUESTS, json!({ "error": text })),
        };
        ApiResponse::json(status, &body)
    }
}
