//! The OAuth host: authorization code with PKCE, refresh with rotation.

mod authorize;
mod token;

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use serde_json::json;
use thiserror::Error;

use crate::clock::Micros;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::request_log::UNKNOWN_ENDPOINT;
use crate::tokens::GrantRefused;
use crate::world::World;

/// Refusals of the OAuth host, `{error, error_description}`.
#[derive(Debug, Error)]
pub(crate) enum OAuthError {
    /// 400 `invalid_request`: a parameter is missing or malformed.
    #[error("{0}")]
    InvalidRequest(String),
    /// 401 `invalid_client`: unknown client, wrong secret or none.
    #[error("client authentication failed")]
    InvalidClient,
    /// 400 `invalid_grant`: the code or refresh token is not accepted.
    #[error(transparent)]
    InvalidGrant(#[from] GrantRefused),
    /// 400 `unsupported_grant_type`.
    #[error("grant_type must be authorization_code or refresh_token")]
    UnsupportedGrantType,
    /// 404: no such path on the OAuth host.
    #[error("no such path")]
    NoRoute,
}

impl OAuthError {
    fn response(&self) -> ApiResponse {
        let (status, code) = match self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::InvalidGrant(_) => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::NoRoute => (StatusCode::NOT_FOUND, "not_found"),
        };
        let body = json!({ "error": code, "error_description": self.to_string() });
        ApiResponse::json(status, &body)
    }
}

/// Parameters of a query or a form; of repeated ones the first counts.
#[derive(Debug)]
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn parse(encoded: &[u8]) -> Self {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded).into_owned() {
            parameters.entry(name).or_insert(value);
        }
        Self(parameters)
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.find(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| OAuthError::InvalidRequest(format!("{name} is missing")))
    }
}

/// Answers a request of the OAuth host; the first part is the endpoint for the log.
pub(crate) fn respond(
    world: &mut World,
    request: &ApiRequest,
    now: Micros,
) -> (String, ApiResponse) {
    let endpoint = format!("{} {}", request.method, request.path);
    let outcome = match (&request.method, request.path.as_str()) {
        (&Method::GET, "/oauth2/auth") => authorize::answer(world, request, now),
        (&Method::POST, "/oauth2/token") => token::answer(world, request, now),
        _ => {
            let response = OAuthError::NoRoute.response();
            return (UNKNOWN_ENDPOINT.to_owned(), response);
        }
    };
    (endpoint, outcome.unwrap_or_else(|error| error.response()))
}
