//! What Spin adds to a request before a component sees it.

use std::net::SocketAddr;

use http::header::{CONNECTION, HOST, HeaderName};
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Uri};
use tidemark_manifest::RouteMatch;

const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("spin-client-addr");
const PATH_MATCH_PREFIX: &str = "spin-path-match-";

/// A request whose target cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TargetError {
    /// Neither the URI nor `Host` names it.
    #[error("the request has no Host header")]
    Missing,
    /// `Host` is not a host.
    #[error("the Host header is malformed")]
    Malformed,
    /// The URI and `Host` name different ones.
    #[error("the Host header differs from the request's URI")]
    Ambiguous,
}

/// Makes the URI absolute and sets Spin's headers, over whatever a client sent under their names.
pub(crate) fn prepare<B>(
    request: &mut Request<B>,
    matched: &RouteMatch<'_>,
    client: SocketAddr,
) -> Result<(), TargetError> {
    let authority = authority(request)?;
    let path_and_query = request
        .uri()
        .path_and_query()
        .map_or("/", |path_and_query| path_and_query.as_str());
    let full_url = format!("http://{authority}{path_and_query}");
    let client = client.to_string();
    let route = absolute_route(matched.route);

    let headers = request.headers_mut();
    headers.remove(CONNECTION);
    let mut set = |name: HeaderName, value: &str| {
        // A value that no header can hold (it holds a control character) stays out, as in Spin.
        headers.remove(&name);
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(PATH_INFO, matched.trailing.as_deref().unwrap_or_default());
    set(FULL_URL, &full_url);
    set(MATCHED_ROUTE, &route);
    set(BASE_PATH, "/");
    set(RAW_COMPONENT_ROUTE, matched.route);
    set(
        COMPONENT_ROUTE,
        matched.route.strip_suffix("/...").unwrap_or(matched.route),
    );
    set(CLIENT_ADDRESS, &client);
    for (name, value) in &matched.parameters {
        let name = format!("{PATH_MATCH_PREFIX}{name}").replace('_', "-");
        if let Ok(name) = name.parse() {
            set(name, value);
        }
    }

    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_error| TargetError::Malformed)?;
    Ok(())
}

fn authority<B>(request: &Request<B>) -> Result<Authority, TargetError> {
    let from_header = match request.headers().get(HOST) {
        None => None,
        Some(host) => {
            let authority = Authority::try_from(host.as_bytes());
            Some(authority.map_err(|_error| TargetError::Malformed)?)
        }
    };
    match (request.uri().authority(), from_header) {
        (None, None) => Err(TargetError::Missing),
        (Some(from_uri), Some(from_header)) if *from_uri != from_header => {
            Err(TargetError::Ambiguous)
        }
        (_, Some(from_header)) => Ok(from_header),
        (Some(from_uri), None) => Ok(from_uri.clone()),
    }
}

/// The route with a slash in front and none at the end.
fn absolute_route(route: &str) -> String {
    let route = route.strip_suffix('/').unwrap_or(route);
    if route.is_empty() || route.starts_with('/') {
        route.to_owned()
    } else {
        format!("/{route}")
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use tidemark_manifest::RouteMatch;

    use super::{TargetError, prepare};

    fn route() -> RouteMatch<'static> {
        RouteMatch {
            component: "shop",
            trigger: "shop-http-trigger",
            route: "/shop/:shop_id/...",
            parameters: vec![("shop_id".to_owned(), "7".to_owned())],
            trailing: Some("/a".to_owned()),
        }
    }

    fn client() -> std::net::SocketAddr {
        ([127, 0, 0, 1], 4000).into()
    }

    #[test]
    fn a_component_sees_the_headers_of_spin() {
        let mut request = Request::get("/shop/7/a?b=c")
            .header("host", "example.com:3000")
            .header("connection", "keep-alive")
            .header("cookie", "a=b")
            .body(())
            .unwrap();
        prepare(&mut request, &route(), client()).unwrap();

        let expected = [
            ("spin-path-info", "/a"),
            ("spin-full-url", "http://example.com:3000/shop/7/a?b=c"),
            ("spin-matched-route", "/shop/:shop_id/..."),
            ("spin-base-path", "/"),
            ("spin-raw-component-route", "/shop/:shop_id/..."),
            ("spin-component-route", "/shop/:shop_id"),
            ("spin-client-addr", "127.0.0.1:4000"),
            ("spin-path-match-shop-id", "7"),
            ("cookie", "a=b"),
        ];
        for (name, value) in expected {
            assert_eq!(request.headers()[name], value, "{name}");
        }
        assert!(!request.headers().contains_key("connection"));
        assert_eq!(*request.uri(), "http://example.com:3000/shop/7/a?b=c");
    }

    #[test]
    fn a_client_cannot_pretend_to_be_another() {
        let mut request = Request::get("/shop/7/a")
            .header("host", "a")
            .header("spin-client-addr", "10.0.0.1:1")
            .header("spin-client-addr", "10.0.0.2:2")
            .body(())
            .unwrap();
        prepare(&mut request, &route(), client()).unwrap();
        let values: Vec<_> = request
            .headers()
            .get_all("spin-client-addr")
            .iter()
            .collect();
        assert_eq!(values, ["127.0.0.1:4000"]);
    }

    #[test]
    fn a_request_must_name_one_host() {
        let request = |uri: &str, host: Option<&str>| {
            let builder = Request::get(uri);
            let builder = match host {
                Some(host) => builder.header("host", host),
                None => builder,
            };
            let mut request = builder.body(()).unwrap();
            prepare(&mut request, &route(), client())
        };
        assert_eq!(request("/shop/7", None), Err(TargetError::Missing));
        assert_eq!(request("/shop/7", Some("a b")), Err(TargetError::Malformed));
        assert_eq!(
            request("http://a/shop/7", Some("b")),
            Err(TargetError::Ambiguous)
        );
        assert_eq!(request("http://a/shop/7", Some("a")), Ok(()));
        assert_eq!(request("http://a/shop/7", None), Ok(()));
    }
}
