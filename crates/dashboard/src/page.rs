//! The page and its assets.

use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderName,
    HeaderValue, LOCATION, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use tidemark_api::{ApiError, Request, Response, auth, respond};
use tidemark_page::Asset;
use tidemark_ports::Platform;

use crate::{DashboardSettings, sign_in};

/// `GET /`: the overview for who is signed in, the sign-in page for who is not.
///
/// # Errors
/// 503
pub async fn overview(
    platform: &impl Platform,
    settings: &DashboardSettings,
    request: &Request,
) -> Result<Response, ApiError> {
    match auth::authenticate(platform, request, &settings.public_url).await {
        Ok(caller) => {
            let mut response = serve(request.headers(), tidemark_page::index());
            sign_in::renew(platform, settings, (request, caller), &mut response).await?;
            Ok(response)
        }
        Err(error) if error.status() == StatusCode::UNAUTHORIZED => {
            let wanted = request
                .uri()
                .path_and_query()
                .map_or("/", |path| path.as_str());
            Ok(redirect(&sign_in::page_for(wanted)))
        }
        Err(error) => Err(error),
    }
}

/// `GET /assets/<hash>/<name>`: immutable.
///
/// # Errors
/// 404
pub fn asset(request: &Request, name: &str) -> Result<Response, ApiError> {
    let found = tidemark_page::asset(name);
    let found = found.ok_or_else(|| ApiError::not_found("there is no such asset"))?;
    Ok(serve(request.headers(), found))
}

/// A redirect that turns the request into a GET.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An asset with its security and caching headers, compressed where the browser takes it.
pub(crate) fn serve(request_headers: &HeaderMap, asset: Asset) -> Response {
    let gzip = accepts_gzip(request_headers);
    let body = if gzip {
        asset.gzip.to_vec()
    } else {
        asset.plain()
    };
    let mut response = respond::with_body(StatusCode::OK, asset.content_type, body);
    let caching = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "private, no-cache"
    };
    let headers: [(HeaderName, &'static str); 5] = [
        (CACHE_CONTROL, caching),
        (
            CONTENT_SECURITY_POLICY,
            tidemark_page::CONTENT_SECURITY_POLICY,
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (VARY, "accept-encoding"),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    if gzip {
        response
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| coding.split(';').map(str::trim).collect::<Vec<_>>())
        .any(|coding| coding[0].eq_ignore_ascii_case("gzip") && coding.get(1) != Some(&"q=0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(accept_encoding: &'static str) -> Request {
        http::Request::builder()
            .header(ACCEPT_ENCODING, accept_encoding)
            .body(Vec::new())
            .unwrap()
    }

    #[test]
    fn a_page_is_compressed_for_who_takes_it_and_forbids_inline_code() {
        let response = serve(request("br, gzip;q=0.5").headers(), tidemark_page::index());
        assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
        assert!(
            response.headers()[CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap()
                .contains("'self'")
        );
        let plain = serve(request("gzip;q=0").headers(), tidemark_page::index());
        assert!(!plain.headers().contains_key(CONTENT_ENCODING));
        assert!(plain.body().starts_with(b"<!doctype html>"));
    }

    #[test]
    fn an_asset_of_another_build_is_404() {
        assert_eq!(
            asset(&request(""), "0123456789abcdef/app.js")
                .unwrap_err()
                .status(),
            404
        );
    }
}
