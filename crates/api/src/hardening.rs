//! Headers that every answer bears, whatever route gave it.

use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::Response;

/// For answers that are no page: nothing in them is to be run, shown in a frame or sent from.
const NOTHING: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A year, once browsers are to come encrypted.
const ENCRYPTED: &str = "max-age=31536000";

/// Adds what is missing; a page's own policy stays.
pub fn harden(response: &mut Response, public_url: Option<&str>) {
    let same_origin = "same-origin";
    let fields = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (CONTENT_SECURITY_POLICY, NOTHING),
        (REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            same_origin,
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            same_origin,
        ),
    ];
    let headers = response.headers_mut();
    for (name, value) in fields {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    // Told in clear it would be ignored, and on a trial without TLS it would lock the browser out.
    if public_url.is_some_and(|url| url.starts_with("https://")) {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(ENCRYPTED),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d145_an_answer_without_a_policy_of_its_own_allows_nothing() {
        let mut response = Response::new(Vec::new());
        harden(&mut response, Some("http://127.0.0.1:3000"));
        let policy = response.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none'"));
        assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(!response.headers().contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[test]
    fn a_pages_own_policy_stays_and_https_is_asked_for_where_it_is_served() {
        let mut response = Response::new(Vec::new());
        let own = HeaderValue::from_static("default-src 'self'");
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, own.clone());
        harden(&mut response, Some("https://tidemark.example"));
        assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], own);
        assert_eq!(response.headers()[STRICT_TRANSPORT_SECURITY], ENCRYPTED);
    }
}
