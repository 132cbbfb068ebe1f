//! The OAuth host: authorization code with PKCE, refresh with rotation.

mod authorize;
mod token;

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use serde_json::json;
use thiserror::Error;

use crate::clock::Micros;
use crate::exchange::{Answer, ApiRequest, ApiResponse};
use crate::faults::{FaultSubject, FaultTarget};
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

impl World {
    /// Answers a request of the OAuth host. Faults befall the token endpoint only: the consent page
    /// is for people.
    pub(crate) fn respond_oauth(&mut self, request: &ApiRequest, now: Micros) -> Answer {
        let endpoint = format!("{} {}", request.method, request.path);
        match (&request.method, request.path.as_str()) {
            (&Method::GET, "/oauth2/auth") => Answer {
                endpoint,
                response: answer_of(authorize::answer(self, request, now)),
                fault: None,
            },
            (&Method::POST, "/oauth2/token") => self.respond_token(endpoint, request, now),
            _ => Answer {
                endpoint: UNKNOWN_ENDPOINT.to_owned(),
                response: OAuthError::NoRoute.response(),
                fault: None,
            },
        }
    }

    fn respond_token(&mut self, endpoint: String, request: &ApiRequest, now: Micros) -> Answer {
        let form = Parameters::parse(&request.body);
        let subject = FaultSubject {
            target: FaultTarget::Token,
            model: None,
            has_cursor: false,
            is_refresh: form.find("grant_type") == Some("refresh_token"),
        };
        let drawn = self.faults.draw(&subject, None);
        let (response, fault) = self.answer_under(drawn, &subject, request, |world| {
            answer_of(token::answer(world, request, now))
        });
        Answer {
            endpoint,
            response,
            fault,
        }
    }
}

fn answer_of(outcome: Result<ApiResponse, OAuthError>) -> ApiResponse {
    outcome.unwrap_or_else(|error| error.response())
}
