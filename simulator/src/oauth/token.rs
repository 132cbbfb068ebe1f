//! `POST /oauth2/token`: codes and refresh tokens for access tokens.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{OAuthError, Parameters};
use crate::client::ClientCredentials;
use crate::clock::Micros;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::tokens::IssuedTokens;
use crate::world::World;

const FORM: &str = "application/x-www-form-urlencoded";
/// Lengths of a PKCE verifier.
const SHORTEST_VERIFIER: usize = 43;
const LONGEST_VERIFIER: usize = 128;

#[derive(Debug, Serialize)]
struct TokenResponse {
    access_token: String,
    expires_in: u64,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
}

pub(super) fn answer(
    world: &mut World,
    request: &ApiRequest,
    now: Micros,
) -> Result<ApiResponse, OAuthError> {
    let content_type = request.header("Content-Type").unwrap_or_default();
    if !content_type.starts_with(FORM) {
        return Err(OAuthError::InvalidRequest(format!("send a form ({FORM})")));
    }
    let form = Parameters::parse(&request.body);
    authenticate_client(&world.client, request, &form)?;
    let issued = match form.require("grant_type")? {
        "authorization_code" => exchange_code(world, &form, now)?,
        "refresh_token" => {
            let refresh_token = form.require("refresh_token")?;
            world.tokens.refresh(refresh_token, now)?
        }
        _ => return Err(OAuthError::UnsupportedGrantType),
    };
    let body = TokenResponse {
        access_token: issued.access_token,
        expires_in: issued.expires_in_seconds,
        token_type: "bearer",
        refresh_token: issued.refresh_token,
        scope: issued.scope,
    };
    let mut response = ApiResponse::json(StatusCode::OK, &body);
    response.push_header("cache-control", "no-store".to_owned());
    Ok(response)
}

fn exchange_code(
    world: &mut World,
    form: &Parameters,
    now: Micros,
) -> Result<IssuedTokens, OAuthError> {
    let code = form.require("code")?;
    let redirect_uri = form.require("redirect_uri")?;
    let verifier = form.require("code_verifier")?;
    if !(SHORTEST_VERIFIER..=LONGEST_VERIFIER).contains(&verifier.len()) {
        let text =
            format!("code_verifier must have {SHORTEST_VERIFIER} to {LONGEST_VERIFIER} characters");
        return Err(OAuthError::InvalidRequest(text));
    }
    let expected_challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let is_expected = |challenge: &str| challenge == expected_challenge;
    let issued = world
        .tokens
        .exchange_code(code, redirect_uri, is_expected, now)?;
    Ok(issued)
}

/// HTTP Basic, with or without `client_id` in the body, or both credentials in the body.
fn authenticate_client(
    client: &ClientCredentials,
    request: &ApiRequest,
    form: &Parameters,
) -> Result<(), OAuthError> {
    let sent = basic_credentials(request).or_else(|| {
        let id = form.find("client_id")?.to_owned();
        let secret = form.find("client_secret")?.to_owned();
        Some(ClientCredentials { id, secret })
    });
    let body_agrees = form.find("client_id").is_none_or(|id| id == client.id);
    if sent.as_ref() == Some(client) && body_agrees {
        Ok(())
    } else {
        Err(OAuthError::InvalidClient)
    }
}

fn basic_credentials(request: &ApiRequest) -> Option<ClientCredentials> {
    let (scheme, encoded) = request.header("Authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some(ClientCredentials {
        id: id.to_owned(),
        secret: secret.to_owned(),
    })
}
