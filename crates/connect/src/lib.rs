//! account-connect: an owner's browser to Fanvue and back, with a grant.
//!
//! OAuth's authorization code with PKCE. Leaving, the browser takes a state along whose hash is kept
//! with the session's; coming back, state and session must fit, once and within ten minutes. Whatever
//! goes wrong ends on a page that says what to do.
//!
//! - [`attempt`]: what is remembered meanwhile
//! - [`leave`], [`come_back`]: the two halves of the way
//! - [`disconnect`]: no more reading; the ledger stays
//! - [`notice`]: the pages
//!
//! Source: `https://api.fanvue.com/docs/authentication/overview`.

pub mod attempt;
pub mod come_back;
pub mod disconnect;
pub mod leave;
pub mod notice;
mod owner;

use http::Method;
use http::header::{CACHE_CONTROL, HeaderValue, LOCATION, REFERRER_POLICY};
use tidemark_api::{ApiError, Request, Response};
use tidemark_connections::ConnectionSettings;
use tidemark_ports::Platform;

use crate::notice::Notice;

/// Where the way begins.
pub const START: &str = "/connect/fanvue";

/// Where Fanvue sends the browser back to.
pub const CALLBACK: &str = "/connect/fanvue/callback";

/// Where a connection ends.
pub const DISCONNECT: &str = "/connect/fanvue/disconnect";

/// What the routes need to know from configuration.
pub struct ConnectSettings {
    /// where browsers reach the application
    pub public_url: String,
    /// where Fanvue is, who we are there, and the keys that seal tokens
    pub connections: ConnectionSettings,
}

impl ConnectSettings {
    /// The address that is registered with Fanvue, to the letter.
    pub fn redirect_uri(&self) -> String {
        format!("{}{CALLBACK}", self.public_url.trim_end_matches('/'))
    }

    fn has_client(&self) -> bool {
        let fanvue = &self.connections.fanvue;
        !fanvue.client_id.is_empty() && !fanvue.client_secret.is_empty()
    }
}

/// Why a request did not get what it asked for.
#[derive(Debug)]
pub(crate) enum Stop {
    /// a page for a person
    Notice(Notice),
    /// a redirect
    To(String),
    /// the envelope that all routes share
    Error(ApiError),
}

impl<E: Into<ApiError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// Answers a request.
///
/// # Errors
/// [`ApiError`] with the status and body that the contract names; what a person can mend is a page.
pub async fn route(
    gate: &impl Platform,
    settings: &ConnectSettings,
    request: &Request,
) -> Result<Response, ApiError> {
    let result = match request.uri().path() {
        START => {
            require(request, &[Method::GET])?;
            leave::leave(gate, settings, request).await
        }
        CALLBACK => {
            require(request, &[Method::GET])?;
            come_back::come_back(gate, settings, request).await
        }
        DISCONNECT => {
            require(request, &[Method::POST])?;
            return disconnect::disconnect(gate, &settings.public_url, request).await;
        }
        path => return Err(ApiError::not_found(format!("there is no route {path}"))),
    };
    match result {
        Ok(response) => Ok(response),
        Err(Stop::Notice(notice)) => Ok(notice.into_response()),
        Err(Stop::To(address)) => Ok(redirect(&address)),
        Err(Stop::Error(error)) => Err(error),
    }
}

fn require(request: &Request, methods: &[Method]) -> Result<(), ApiError> {
    if methods.contains(request.method()) {
        Ok(())
    } else {
        Err(ApiError::method_not_allowed().allowing(methods))
    }
}

/// A redirect that turns the request into a GET and tells nobody where it came from.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = http::StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    headers.insert(LOCATION, location);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
