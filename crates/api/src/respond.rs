//! Building responses.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Response;

/// A response with a content type and a body.
pub fn with_body(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A JSON response.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).expect("invariant: bodies have only string keys");
    with_body(status, "application/json", body)
}

/// An entity tag for a body: changes exactly when the body does.
pub fn etag_of(body: &impl Serialize) -> String {
    let body = serde_json::to_vec(body).expect("invariant: bodies have only string keys");
    let digest = Sha256::digest(body);
    format!("\"{}\"", hex::encode(&digest[..16]))
}

/// Tenant data as JSON: private, to be revalidated by its `etag` (with quotes); 304 when the caller
/// has that very version.
pub fn tenant_json(request_headers: &HeaderMap, etag: &str, body: &impl Serialize) -> Response {
    // RFC 9110, 8.8.3.2: If-None-Match compares weakly.
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = opaque(etag);
    let matches = request_headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(opaque)
        .any(|candidate| candidate == wanted || candidate == "*");
    let mut response = if matches {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        json(StatusCode::OK, body)
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_with_the_same_version_gets_304_and_no_body() {
        let mut headers = HeaderMap::new();
        headers.insert(
            IF_NONE_MATCH,
            HeaderValue::from_static("\"other\", W/\"same\""),
        );
        let response = tenant_json(&headers, "\"same\"", &"data");
        assert_eq!(
            (response.status().as_u16(), response.body().len()),
            (304, 0)
        );
        assert_eq!(response.headers()[ETAG], "\"same\"");
        assert_eq!(tenant_json(&headers, "\"newer\"", &"data").status(), 200);
        assert_eq!(tenant_json(&headers, "W/\"other\"", &"data").status(), 304);
    }
}
