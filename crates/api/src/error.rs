//! Errors as callers see them: a true status and `{"error":{"code","message","field"?}}`.

use http::{Method, StatusCode};
use serde::Serialize;
use tidemark_jobs::StepError;
use tidemark_ports::SqlError;

use crate::{Response, respond};

/// Why a request was not answered as asked. Internals never reach the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    body: ErrorBody,
    /// the methods that the route takes, for 405
    allow: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ErrorBody {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            body: ErrorBody {
                code,
                message: message.into(),
                field: None,
            },
            allow: None,
        }
    }

    /// 400: a parameter is wrong; `field` names it.
    pub fn bad_parameter(field: &str, message: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::BAD_REQUEST, "bad_parameter", message);
        error.body.field = Some(field.to_owned());
        error
    }

    /// 400: the body is not what the route reads.
    pub fn bad_body(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_body", message)
    }

    /// 401: no or bad credentials.
    pub fn unauthorized() -> Self {
        let message = "sign in, or send a valid API token as a bearer token";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 403: the caller's role does not allow this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// 404: no such thing, also for another tenant's id.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 409: the request contradicts what is there.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 413: the body is too large.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// 405
    pub fn method_not_allowed() -> Self {
        let message = "this route does not take that method";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            message,
        )
    }

    /// Names the methods that the route takes.
    pub fn allowing(mut self, methods: &[Method]) -> Self {
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        self.allow = Some(names.join(", "));
        self
    }

    /// 503: something that operators must set is missing.
    pub fn not_configured(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_configured", message)
    }

    /// 503: the database is away; the cause goes to the log, not to the caller.
    pub fn database(cause: &SqlError) -> Self {
        eprintln!("database: {cause}");
        let message = "the database does not answer; try again in a moment";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "database_unavailable",
            message,
        )
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        &self.body.message
    }

    /// The member or parameter that is wrong.
    pub fn field(&self) -> Option<&str> {
        self.body.field.as_deref()
    }

    /// The response; never cached.
    pub fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Envelope {
            error: ErrorBody,
        }
        let (status, allow) = (self.status, self.allow);
        let mut response = respond::json(status, &Envelope { error: self.body });
        let headers = response.headers_mut();
        headers.insert(
            http::header::CACHE_CONTROL,
            http::HeaderValue::from_static("no-store"),
        );
        if let Some(allow) = allow.and_then(|names| names.parse().ok()) {
            headers.insert(http::header::ALLOW, allow);
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = http::HeaderValue::from_static("Bearer");
            headers.insert(http::header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<SqlError> for ApiError {
    fn from(error: SqlError) -> Self {
        Self::database(&error)
    }
}

impl From<StepError> for ApiError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::BadRequest(message) => Self::bad_body(message),
            StepError::NotFound(message) => Self::not_found(message),
            StepError::Configuration(message) => Self::not_configured(message),
            StepError::Database(error) => Self::database(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d092_a_bad_parameter_is_a_400_that_names_it() {
        let response = ApiError::bad_parameter("tz", "no such zone").into_response();
        assert_eq!(response.status(), 400);
        assert_eq!(
            String::from_utf8(response.into_body()).unwrap(),
            r#"{"error":{"code":"bad_parameter","message":"no such zone","field":"tz"}}"#
        );
    }

    #[test]
    fn a_database_failure_shows_no_internals() {
        let cause = SqlError::Unreachable("password authentication failed for bob".to_owned());
        let response = ApiError::from(cause).into_response();
        assert_eq!(response.status(), 503);
        assert!(
            !String::from_utf8(response.into_body())
                .unwrap()
                .contains("bob")
        );
    }
}
