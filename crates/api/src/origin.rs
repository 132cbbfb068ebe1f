//! Requests that another site's page makes a browser send.
//!
//! A browser adds the session cookie by itself, so the cookie alone does not show that the user
//! wanted a change. Browsers say where a request comes from: `Sec-Fetch-Site`, or at least `Origin`.

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{Method, Uri};

use crate::{ApiError, Request};

/// Refuses a request that may change something and does not come from this site's own pages.
///
/// # Errors
/// 403
pub fn require_own_site(request: &Request, public_url: &str) -> Result<(), ApiError> {
    let changes_nothing = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if changes_nothing || is_own_site(request, public_url) {
        return Ok(());
    }
    let message = "this request does not come from Tidemark's own pages; send an API token as a \
                   bearer token instead of the cookie";
    Err(ApiError::forbidden(message))
}

fn is_own_site(request: &Request, public_url: &str) -> bool {
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // A component sees the host that was asked for in the URI alone.
    let asked = request.uri().authority().map(Authority::as_str);
    let host = asked.or_else(|| text(HOST.as_str()));
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        // The browser's own word; "none" is the user's doing, such as a bookmark.
        (Some("same-origin" | "none"), _) => true,
        // A neighbour under the same registered domain may be anybody's.
        (_, Some(origin)) => is_own_origin(origin, host, public_url),
        (_, None) => false,
    }
}

/// Whether an origin is where browsers reach this application.
fn is_own_origin(origin: &str, host: Option<&str>, public_url: &str) -> bool {
    let Some((scheme, authority)) = parts_of(origin) else {
        return false;
    };
    let public = parts_of(public_url);
    if public.as_ref() == Some(&(scheme.clone(), authority.clone())) {
        return true;
    }
    // Reached under another name, as in a test or behind a proxy. A page served in clear must not
    // speak for one that is served encrypted.
    let downgraded = public.is_some_and(|(expected, _)| expected == "https") && scheme != "https";
    let same_host = host
        .and_then(|host| host.parse::<Authority>().ok())
        .is_some_and(|host| host == authority);
    same_host && !downgraded
}

fn parts_of(url: &str) -> Option<(String, Authority)> {
    let uri: Uri = url.parse().ok()?;
    Some((uri.scheme_str()?.to_owned(), uri.authority()?.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(method: Method, headers: &[(&str, &str)], public_url: &str) -> bool {
        let mut request = http::Request::builder().method(method);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        require_own_site(&request.body(Vec::new()).unwrap(), public_url).is_ok()
    }

    const HERE: &str = "https://tidemark.example";

    #[test]
    fn only_this_sites_own_pages_change_anything() {
        for (headers, wanted) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("origin", "https://tidemark.example")], true),
            (vec![("origin", "https://evil.example")], false),
            (vec![("origin", "null")], false),
            (
                vec![("origin", "https://tidemark.example.evil.example")],
                false,
            ),
            (
                vec![
                    ("origin", "https://other.example"),
                    ("host", "other.example"),
                ],
                true,
            ),
            (
                vec![
                    ("origin", "http://other.example"),
                    ("host", "other.example"),
                ],
                false,
            ),
            (
                vec![
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://evil.example"),
                    ("host", "tidemark.example"),
                ],
                false,
            ),
            (vec![], false),
        ] {
            assert_eq!(allowed(Method::POST, &headers, HERE), wanted, "{headers:?}");
            assert!(allowed(Method::GET, &headers, HERE));
        }
    }

    #[test]
    fn a_local_trial_works_under_whatever_name_it_is_reached() {
        let headers = [
            ("origin", "http://localhost:3000"),
            ("host", "localhost:3000"),
        ];
        assert!(allowed(Method::POST, &headers, "http://127.0.0.1:3000"));
        let as_a_component_sees_it = http::Request::post("http://localhost:3000/api/sync")
            .header("origin", "http://localhost:3000")
            .body(Vec::new())
            .unwrap();
        assert!(require_own_site(&as_a_component_sees_it, "http://127.0.0.1:3000").is_ok());
    }
}
