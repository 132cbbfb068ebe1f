//! OAuth: renewing a grant. A refresh token is single use, and reuse revokes the whole chain.
//!
//! Source: <https://api.fanvue.com/docs/authentication/overview>.

use std::time::Duration;

use serde::Deserialize;
use tidemark_domain::Secret;
use tidemark_ports::{HttpMethod, HttpRequest, Platform};

use crate::client::{FanvueSettings, query_value};
use crate::error::FanvueError;

const ENDPOINT: &str = "/oauth2/token";

/// A fresh pair of tokens.
#[derive(Clone, Debug)]
pub struct TokenPair {
    /// for the API
    pub access_token: Secret,
    /// for the next refresh; `None` when Fanvue keeps the old one valid
    pub refresh_token: Option<Secret>,
    /// lifetime of the access token
    pub expires_in: Duration,
}

#[derive(Deserialize)]
struct WirePair {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: u64,
}

#[derive(Deserialize)]
struct WireError {
    error: String,
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
    let body = format!(
        "grant_type=refresh_token&refresh_token={}&client_id={}&client_secret={}",
        query_value(refresh_token.expose()),
        query_value(&settings.client_id),
        query_value(settings.client_secret.expose()),
    );
    let request = HttpRequest {
        method: HttpMethod::Post,
        url: format!("{}{ENDPOINT}", settings.auth_url),
        headers: vec![
            (
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
            ("accept", "application/json".to_owned()),
        ],
        body: body.into_bytes(),
    };
    let response = platform
        .send(request)
        .await
        .map_err(|cause| FanvueError::NoAnswer {
            endpoint: ENDPOINT,
            cause,
        })?;
    match response.status {
        200..=299 => {
            let pair: WirePair =
                serde_json::from_slice(&response.body).map_err(|error| FanvueError::Malformed {
                    endpoint: ENDPOINT,
                    reason: error.to_string(),
                })?;
            Ok(TokenPair {
                access_token: Secret::new(pair.access_token),
                refresh_token: pair.refresh_token.map(Secret::new),
                expires_in: Duration::from_secs(pair.expires_in),
            })
        }
        400 | 401 if is_invalid_grant(&response.body) => Err(FanvueError::GrantRevoked),
        status => Err(FanvueError::Unavailable {
            endpoint: ENDPOINT,
            status,
        }),
    }
}

fn is_invalid_grant(body: &[u8]) -> bool {
    serde_json::from_slice::<WireError>(body).is_ok_and(|error| error.error == "invalid_grant")
}
