//! Signing a browser in and out.

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use serde_json::json;
use tidemark_api::auth::{SESSION_COOKIE, session_cookie};
use tidemark_api::parameters::{query_pairs, value_of};
use tidemark_api::{ApiError, Request, Response, origin};
use tidemark_domain::Instant;
use tidemark_ports::Platform;
use tidemark_tenancy::attempts::Attempt;
use tidemark_tenancy::audit::{self, Action, Deed};
use tidemark_tenancy::session::{self, SessionId};
use tidemark_tenancy::token::{self, Caller, Checked, Credential, TokenError};

use crate::{DashboardSettings, page};

/// The sign-in page that leads back to `wanted`.
pub(crate) fn page_for(wanted: &str) -> String {
    if wanted == "/" {
        return "/login".to_owned();
    }
    let encoded: String = wanted
        .replace('%', "%25")
        .replace('&', "%26")
        .replace('+', "%2B");
    format!("/login?next={encoded}")
}

/// The sign-in page that says that a token was refused, and still leads to `wanted`.
fn refused_page(wanted: &str) -> String {
    let page = page_for(wanted);
    let mark = if page.contains('?') { '&' } else { '?' };
    format!("{page}{mark}error=1")
}

/// `GET /login`: the page; with `token`, signs in and leads to `next`, away from the URL that holds the
/// token.
///
/// # Errors
/// 429 after too many failures from the same place, 503
pub async fn sign_in(
    platform: &impl Platform,
    settings: &DashboardSettings,
    request: &Request,
) -> Result<Response, ApiError> {
    let pairs = query_pairs(request.uri());
    let Some(api_token) = value_of(&pairs, "token").map(str::trim) else {
        return Ok(page::serve(request.headers(), tidemark_page::login()));
    };
    let now = platform.now();
    let wanted = value_of(&pairs, "next").filter(|next| is_local(next));
    let to = wanted.unwrap_or("/");
    let attempt = Attempt::new(client_address(request.headers()), api_token);
    if let Some(until) = attempt.refused_until(platform, now).await? {
        return Err(ApiError::too_many_attempts(until.since(now)));
    }
    match token::check(platform, api_token, now).await? {
        Checked::Valid(caller) => {
            let session = session::open(platform, caller, now)
                .await
                .map_err(error_of)?;
            let mut response = page::redirect(to);
            keep(&mut response, settings, &session, now);
            Ok(response)
        }
        Checked::Revoked(caller) => {
            let refused = Deed {
                agency: caller.agency,
                actor: Some(caller.token),
                action: Action::SignInRefused,
                subject: None,
                detail: json!({"reason": "revoked"}),
            };
            audit::note(platform, &refused, now).await?;
            attempt.failed(platform, now).await?;
            Ok(page::redirect(&refused_page(to)))
        }
        Checked::Unknown => {
            attempt.failed(platform, now).await?;
            Ok(page::redirect(&refused_page(to)))
        }
    }
}

/// `POST /logout`: closes the session and leads to the sign-in page.
///
/// # Errors
/// 403 when another site sent the browser here, 503
pub async fn sign_out(
    platform: &impl Platform,
    settings: &DashboardSettings,
    request: &Request,
) -> Result<Response, ApiError> {
    if let Some(cookie) = session_cookie(request.headers()) {
        origin::require_own_site(request, &settings.public_url)?;
        session::close(platform, cookie, platform.now()).await?;
    }
    let mut response = page::redirect("/login");
    set_cookie(&mut response, settings, "", 0);
    Ok(response)
}

/// Gives an aged session another id with the answer.
///
/// # Errors
/// 503
pub(crate) async fn renew(
    platform: &impl Platform,
    settings: &DashboardSettings,
    (request, caller): (&Request, Caller),
    response: &mut Response,
) -> Result<(), ApiError> {
    let aged = caller.credential == Credential::Session { aged: true };
    let Some(cookie) = session_cookie(request.headers()).filter(|_| aged) else {
        return Ok(());
    };
    let now = platform.now();
    let renewed = session::rotate(platform, caller, cookie, now).await;
    if let Some(session) = renewed.map_err(error_of)? {
        keep(response, settings, &session, now);
    }
    Ok(())
}

/// Where a request comes from, as the host tells; never what the client says about itself.
fn client_address(headers: &HeaderMap) -> Option<&str> {
    headers.get("spin-client-addr")?.to_str().ok()
}

/// Has the browser keep a session until it ends.
fn keep(response: &mut Response, settings: &DashboardSettings, session: &SessionId, now: Instant) {
    let lifetime = session.expires_at.since(now).as_secs();
    set_cookie(response, settings, session.id.expose(), lifetime);
}

fn set_cookie(response: &mut Response, settings: &DashboardSettings, value: &str, max_age: u64) {
    let secure = if settings.public_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}"
    );
    let cookie = HeaderValue::from_str(&cookie).expect("invariant: sessions are hexadecimal");
    response.headers_mut().insert(SET_COOKIE, cookie);
}

/// Whether a target stays on this site: a path, and not the `//host` or `/\host` that browsers
/// take for another one.
fn is_local(target: &str) -> bool {
    let mut letters = target.chars();
    letters.next() == Some('/')
        && !matches!(letters.next(), Some('/' | '\\'))
        && !target.chars().any(char::is_control)
}

fn error_of(error: TokenError) -> ApiError {
    match error {
        TokenError::Database(error) => ApiError::database(&error),
        TokenError::NoRandomness(error) => ApiError::not_configured(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_this_site_only() {
        assert!(is_local("/?timeRange=7d"));
        for elsewhere in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "/\r\nx",
        ] {
            assert!(!is_local(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn the_way_back_survives_the_query_string() {
        assert_eq!(page_for("/"), "/login");
        assert_eq!(refused_page("/"), "/login?error=1");
        assert_eq!(refused_page("/?a=1"), "/login?next=/?a=1&error=1");
        assert_eq!(page_for("/?a=1&b=%20"), "/login?next=/?a=1%26b=%2520");
    }
}
