//! Who is calling: a bearer API token, or the session cookie of a signed-in browser.

use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use tidemark_ports::Platform;
use tidemark_tenancy::token::{self, Caller};
use tidemark_tenancy::{Role, session};

use crate::ApiError;

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

/// Finds out who is calling.
///
/// # Errors
/// 401 without valid credentials, 503 when the database is away.
pub async fn authenticate(
    platform: &impl Platform,
    headers: &HeaderMap,
) -> Result<Caller, ApiError> {
    let caller = if let Some(api_token) = bearer(headers) {
        token::authenticate(platform, api_token).await?
    } else if let Some(cookie) = session_cookie(headers) {
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
