//! `GET /oauth2/auth`: checks the request, asks the person, and redirects with a code.
//!
//! The page asks which account grants access. `auto=1` grants it at once, `auto=deny` denies it;
//! `account=<uuid>` chooses another account than the agency's.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use uuid::Uuid;

use super::{OAuthError, Parameters};
use crate::clock::Micros;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::tokens::{Consent, Principal};
use crate::world::World;

/// Parameters this host adds to a request of its own page.
const OWN_PARAMETERS: [&str; 2] = ["auto", "account"];
/// Bytes of a PKCE challenge.
const SHA256_LENGTH: usize = 32;

/// A refusal that the client learns through the redirect.
#[derive(Debug)]
struct Refusal {
    error: &'static str,
    description: String,
}

pub(super) fn answer(
    world: &mut World,
    request: &ApiRequest,
    now: Micros,
) -> Result<ApiResponse, OAuthError> {
    let parameters = Parameters::parse(request.query.as_bytes());
    // Nobody is sent to an address that the client did not register.
    if parameters.require("client_id")? != world.client.id {
        return Err(OAuthError::InvalidClient);
    }
    let redirect_uri = checked_redirect_uri(world, parameters.require("redirect_uri")?)?;
    let state = parameters.find("state").unwrap_or_default();
    let consent = match consent(world, &parameters, &redirect_uri) {
        Ok(consent) => consent,
        Err(refusal) => return Ok(redirect_refusal(&redirect_uri, &refusal, state)),
    };
    match parameters.find("auto") {
        Some("1") => {
            let code = world.tokens.issue_code(consent, now);
            Ok(redirect(
                &redirect_uri,
                &[("code", &code), ("state", state)],
            ))
        }
        Some("deny") => {
            let refusal = Refusal {
                error: "access_denied",
                description: "the user denied access".to_owned(),
            };
            Ok(redirect_refusal(&redirect_uri, &refusal, state))
        }
        _ => Ok(consent_page(world, &parameters, &consent)),
    }
}

fn checked_redirect_uri(world: &World, redirect_uri: &str) -> Result<String, OAuthError> {
    let registered = &world.redirect_uris;
    let is_known = if registered.is_empty() {
        redirect_uri.starts_with("http://") || redirect_uri.starts_with("https://")
    } else {
        registered.iter().any(|known| known == redirect_uri)
    };
    let is_plain = redirect_uri
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if is_known && is_plain {
        Ok(redirect_uri.to_owned())
    } else {
        let text = "redirect_uri is not registered".to_owned();
        Err(OAuthError::InvalidRequest(text))
    }
}

fn consent(world: &World, parameters: &Parameters, redirect_uri: &str) -> Result<Consent, Refusal> {
    let invalid = |description: &str| Refusal {
        error: "invalid_request",
        description: description.to_owned(),
    };
    if parameters.find("response_type") != Some("code") {
        return Err(Refusal {
            error: "unsupported_response_type",
            description: "response_type must be code".to_owned(),
        });
    }
    if parameters.find("state").is_none_or(str::is_empty) {
        return Err(invalid("state is missing"));
    }
    if parameters.find("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    let code_challenge = parameters.find("code_challenge").unwrap_or_default();
    let is_sha256 = URL_SAFE_NO_PAD
        .decode(code_challenge)
        .is_ok_and(|digest| digest.len() == SHA256_LENGTH);
    if !is_sha256 {
        return Err(invalid(
            "code_challenge must be an unpadded base64url SHA-256",
        ));
    }
    Ok(Consent {
        principal: principal(world, parameters.find("account"))?,
        scopes: scopes(parameters.find("scope").unwrap_or_default())?,
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: code_challenge.to_owned(),
    })
}

fn scopes(text: &str) -> Result<BTreeSet<String>, Refusal> {
    let scopes: BTreeSet<String> = text.split_whitespace().map(str::to_owned).collect();
    let unknown = scopes
        .iter()
        .find(|scope| !crate::ALL_SCOPES.contains(&scope.as_str()));
    match unknown {
        Some(scope) => Err(Refusal {
            error: "invalid_scope",
            description: format!("unknown scope {scope:?}"),
        }),
        None => Ok(scopes),
    }
}

/// The account that grants access: the one named, else the agency.
fn principal(world: &World, account: Option<&str>) -> Result<Principal, Refusal> {
    let Some(text) = account else {
        return Ok(world.agency());
    };
    let wanted = Uuid::try_parse(text).ok();
    world
        .accounts
        .iter()
        .position(|account| Some(account.profile.uuid) == wanted)
        .map(Principal)
        .ok_or_else(|| Refusal {
            error: "invalid_request",
            description: "account is not one of this world".to_owned(),
        })
}

fn redirect_refusal(redirect_uri: &str, refusal: &Refusal, state: &str) -> ApiResponse {
    redirect(
        redirect_uri,
        &[
            ("error", refusal.error),
            ("error_description", &refusal.description),
            ("state", state),
        ],
    )
}

fn redirect(redirect_uri: &str, answer: &[(&str, &str)]) -> ApiResponse {
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(answer);
    ApiResponse::redirect(format!("{redirect_uri}{separator}{}", query.finish()))
}

fn consent_page(world: &World, parameters: &Parameters, consent: &Consent) -> ApiResponse {
    let mut fields = String::new();
    for (name, value) in &parameters.0 {
        if !OWN_PARAMETERS.contains(&name.as_str()) {
            let (name, value) = (escape(name), escape(value));
            let _ = writeln!(
                fields,
                r#"<input type="hidden" name="{name}" value="{value}">"#
            );
        }
    }
    let mut options = String::new();
    for (position, account) in world.accounts.iter().enumerate() {
        let selected = if Principal(position) == consent.principal {
            " selected"
        } else {
            ""
        };
        let profile = &account.profile;
        let (uuid, name) = (profile.uuid, escape(&profile.display_name));
        let _ = writeln!(
            options,
            r#"<option value="{uuid}"{selected}>{name}</option>"#
        );
    }
    let mut scopes = String::new();
    for scope in &consent.scopes {
        let _ = writeln!(scopes, "<li>{}</li>", escape(scope));
    }
    let client = escape(&world.client.id);
    let page = format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Allow access – simulated Fanvue</title>
<h1>Simulated Fanvue</h1>
<p><strong>{client}</strong> asks for access:</p>
<ul>
{scopes}</ul>
<form method="get" action="/oauth2/auth">
{fields}<label>Account <select name="account">
{options}</select></label>
<button name="auto" value="1">Allow</button>
<button name="auto" value="deny">Deny</button>
</form>
</html>
"#
    );
    ApiResponse::html(StatusCode::OK, page)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
