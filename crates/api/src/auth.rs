//! Who is calling: a bearer API token, or the session cookie of a signed-in browser.

use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use tidemark_ports::Platform;
use tidemark_tenancy::token::{self, Caller};
use tidemark_tenancy::{Role, permissions, session};

use crate::{ApiError, Request, origin};

/// The session cookie's name.
pub const SESSION_COOKIE: &str = "tidemark_session";

/// The bearer credential of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(credential.trim())
}

/// The session of a request.
pub fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == SESSION_COOKIE).then_some(value))
}

/// Lets a caller through whose role may call this route (`tidemark_tenancy::permissions`).
///
/// # Errors
/// 401 without valid credentials, 403 when the role does not allow it or a browser was led here by
/// another site, 404 for a route that is in no table, 503 when the database is away.
pub async fn authorize(
    platform: &impl Platform,
    request: &Request,
    public_url: &str,
) -> Result<Caller, ApiError> {
    let path = request.uri().path();
    let least = permissions::least_role(request.method().as_str(), path)
        .ok_or_else(|| ApiError::not_found(format!("there is no route {path}")))?;
    let caller = authenticate(platform, request, public_url).await?;
    require_role(caller, least)?;
    Ok(caller)
}

/// Finds out who is calling. What an ambient cookie allows, another site's page may not use to change
/// anything.
///
/// # Errors
/// 401 without valid credentials, 403 when a browser was led here by another site, 503 when the
/// database is away.
pub async fn authenticate(
    platform: &impl Platform,
    request: &Request,
    public_url: &str,
) -> Result<Caller, ApiError> {
    let headers = request.headers();
    let caller = if let Some(api_token) = bearer(headers) {
        token::authenticate(platform, api_token, platform.now()).await?
    } else if let Some(cookie) = session_cookie(headers) {
        origin::require_own_site(request, public_url)?;
        session::authenticate(platform, cookie, platform.now()).await?
    } else {
        None
    };
    caller.ok_or_else(ApiError::unauthorized)
}

/// Lets a caller through who has at least that role.
///
/// # Errors
/// 403
pub fn require_role(caller: Caller, least: Role) -> Result<(), ApiError> {
    if caller.role >= least {
        return Ok(());
    }
    Err(ApiError::forbidden(format!(
        "this needs the role {least}; yours is {}",
        caller.role
    )))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn credentials_are_found_where_they_belong() {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("bearer tdm_1"));
        headers.insert(
            COOKIE,
            HeaderValue::from_static("a=b; tidemark_session=s1; c=d"),
        );
        assert_eq!(bearer(&headers), Some("tdm_1"));
        assert_eq!(session_cookie(&headers), Some("s1"));
    }
}
