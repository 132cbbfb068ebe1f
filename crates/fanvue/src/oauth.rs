//! OAuth: getting a grant with PKCE, and renewing it. A refresh token is single use, and reuse revokes the whole chain.
//!
//! Source: <https://api.fanvue.com/docs/authentication/overview>.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use tidemark_domain::Secret;
use tidemark_ports::{HttpMethod, HttpRequest, Platform};

use crate::client::{FanvueSettings, query_value};
use crate::error::FanvueError;

const ENDPOINT: &str = "/oauth2/token";
const AUTHORIZE: &str = "/oauth2/auth";

/// What Tidemark asks for (fanvue-api section 3).
pub const SCOPES: [&str; 11] = [
    "openid",
    "offline_access",
    "offline",
    "read:self",
    "read:creator",
    "read:insights",
    "read:fan",
    "read:chat",
    "read:post",
    "read:tracking_links",
    "read:agency",
];

/// A fresh pair of tokens.
#[derive(Clone, Debug)]
pub struct TokenPair {
    /// for the API
    pub access_token: Secret,
    /// for the next refresh; `None` when Fanvue keeps the old one valid
    pub refresh_token: Option<Secret>,
    /// lifetime of the access token
    pub expires_in: Duration,
    /// the scopes granted, where Fanvue names them
    pub scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WirePair {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: u64,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct WireError {
    error: String,
}

/// Where a browser asks the account's owner for a grant.
pub fn authorize_url(
    settings: &FanvueSettings,
    redirect_uri: &str,
    state: &str,
    challenge: &str,
) -> String {
    let scopes = SCOPES.join(" ");
    let parameters = [
        ("response_type", "code"),
        ("client_id", &settings.client_id),
        ("redirect_uri", redirect_uri),
        ("scope", &scopes),
        ("state", state),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    format!("{}{AUTHORIZE}?{}", settings.auth_url, form_of(&parameters))
}

/// Exchanges the code that a browser came back with, and the verifier whose hash it left with.
///
/// # Errors
/// [`FanvueError::GrantRevoked`] on `invalid_grant`, [`FanvueError::Unauthorized`] when the client is
/// not known, otherwise what kept Fanvue from answering.
pub async fn exchange<P: Platform>(
    platform: &P,
    settings: &FanvueSettings,
    (code, verifier): (&Secret, &Secret),
    redirect_uri: &str,
) -> Result<TokenPair, FanvueError> {
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("redirect_uri", redirect_uri),
        ("client_id", &settings.client_id),
        ("code_verifier", verifier.expose()),
    ];
    ask(platform, settings, &parameters).await
}

/// Exchanges a refresh token for a new pair.
///
/// # Errors
/// [`FanvueError::GrantRevoked`] on `invalid_grant`, otherwise what kept Fanvue from answering.
pub async fn refresh<P: Platform>(
    platform: &P,
    settings: &FanvueSettings,
    refresh_token: &Secret,
) -> Result<TokenPair, FanvueError> {
    let parameters = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
        ("client_id", &settings.client_id),
    ];
    ask(platform, settings, &parameters).await
}

/// Asks the token endpoint. The client identifies itself by HTTP Basic, as Fanvue's own starter does.
async fn ask<P: Platform>(
    platform: &P,
    settings: &FanvueSettings,
    parameters: &[(&str, &str)],
) -> Result<TokenPair, FanvueError> {
    let client = format!("{}:{}", settings.client_id, settings.client_secret.expose());
    let request = HttpRequest {
        method: HttpMethod::Post,
        url: format!("{}{ENDPOINT}", settings.auth_url),
        headers: vec![
            (
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
            ("accept", "application/json".to_owned()),
            (
                "authorization",
                format!("Basic {}", STANDARD.encode(client)),
            ),
        ],
        body: form_of(parameters).into_bytes(),
    };
    let response = platform
        .send(request)
        .await
        .map_err(|cause| FanvueError::NoAnswer {
            endpoint: ENDPOINT,
            cause,
        })?;
    match response.status {
        200..=299 => read_pair(&response.body),
        400 | 401 if error_of(&response.body).is_some_and(|error| error == "invalid_grant") => {
            Err(FanvueError::GrantRevoked)
        }
        401 => Err(FanvueError::Unauthorized { endpoint: ENDPOINT }),
        400 => Err(FanvueError::Refused { endpoint: ENDPOINT }),
        status => Err(FanvueError::Unavailable {
            endpoint: ENDPOINT,
            status,
        }),
    }
}

fn read_pair(body: &[u8]) -> Result<TokenPair, FanvueError> {
    let pair: WirePair = serde_json::from_slice(body).map_err(|error| FanvueError::Malformed {
        endpoint: ENDPOINT,
        reason: error.to_string(),
    })?;
    let words = |scope: String| scope.split_whitespace().map(str::to_owned).collect();
    Ok(TokenPair {
        access_token: Secret::new(pair.access_token),
        refresh_token: pair.refresh_token.map(Secret::new),
        expires_in: Duration::from_secs(pair.expires_in),
        scopes: pair.scope.map(words),
    })
}

fn form_of(parameters: &[(&str, &str)]) -> String {
    let pairs = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", query_value(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn error_of(body: &[u8]) -> Option<String> {
    let error = serde_json::from_slice::<WireError>(body);
    error.ok().map(|error| error.error)
}
