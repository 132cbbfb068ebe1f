//! Answers that the host gives by itself.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{Either, Full};
use serde_json::json;

use crate::runtime::GuestFault;
use crate::runtime::request::GuestBody;

/// The body of an answer: a guest's, or the host's own.
pub type ReplyBody = Either<GuestBody, Full<Bytes>>;

/// An answer of plain text.
pub(crate) fn text(status: StatusCode, text: &'static str) -> Response<ReplyBody> {
    let body = Full::new(Bytes::from_static(text.as_bytes()));
    reply(status, "text/plain; charset=utf-8", body)
}

/// The error envelope that all routes share: `{"error":{"code":"…","message":"…"}}`.
pub(crate) fn error(status: StatusCode, code: &str, message: &str) -> Response<ReplyBody> {
    let envelope = json!({"error": {"code": code, "message": message}});
    let body = Full::new(Bytes::from(envelope.to_string()));
    reply(status, "application/json", body)
}

/// What a client is told of a guest that gave no answer: the kind, never the inside.
pub(crate) fn fault(fault: &GuestFault) -> Response<ReplyBody> {
    let (status, message) = match fault {
        GuestFault::TimedOut(_) => (
            StatusCode::GATEWAY_TIMEOUT,
            "the request took too long and was stopped",
        ),
        GuestFault::Overloaded => return overloaded(),
        GuestFault::Trapped(_) | GuestFault::OutOfMemory(_) | GuestFault::NoResponse(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "the request could not be answered because of an internal error",
        ),
    };
    error(status, fault.code(), message)
}

/// As many requests are under way as the host allows.
pub(crate) fn overloaded() -> Response<ReplyBody> {
    let mut response = error(
        StatusCode::SERVICE_UNAVAILABLE,
        GuestFault::Overloaded.code(),
        "too many requests are under way; try again in a second",
    );
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn reply(status: StatusCode, content_type: &'static str, body: Full<Bytes>) -> Response<ReplyBody> {
    let mut response = Response::new(Either::Right(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    response
}
