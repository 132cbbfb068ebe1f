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

/// The tags that the caller has, as it wrote them.
pub fn known_tags(request_headers: &HeaderMap) -> impl Iterator<Item = &str> {
    request_headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// 304: the caller has the version of that `etag` (with quotes).
pub fn not_modified(etag: &str) -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    to_be_revalidated(&mut response, etag);
    response
}

fn to_be_revalidated(response: &mut Response, etag: &str) {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
}

/// Tenant data as JSON: private, to be revalidated by its `etag` (with quotes); 304 when the caller
/// has that very version.
pub fn tenant_json(request_headers: &HeaderMap, etag: &str, body: &impl Serialize) -> Response {
    // RFC 9110, 8.8.3.2: If-None-Match compares weakly.
    let wanted = etag.trim_start_matches("W/");
    if known_tags(request_headers)
        .any(|known| known.trim_start_matches("W/") == wanted || known == "*")
    {
        return not_modified(etag);
    }
    let mut response = json(StatusCode::OK, body);
    to_be_revalidated(&mut response, etag);
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
