//! `GET /connect/fanvue`: off to Fanvue.

use tidemark_api::{ApiError, Request, Response};
use tidemark_fanvue::oauth;
use tidemark_ports::{Bound, Platform};

use crate::attempt::{self, AttemptError};
use crate::notice::Notice;
use crate::{ConnectSettings, Stop, owner, redirect};

/// Leads an owner's browser to Fanvue's page of consent.
pub(crate) async fn leave(
    gate: &impl Platform,
    settings: &ConnectSettings,
    request: &Request,
) -> Result<Response, Stop> {
    let owner = owner::signed_in(gate, request).await?;
    let platform = &Bound::tenant(gate, owner.agency);
    if !settings.has_client() {
        return Err(Stop::Notice(Notice::NoClient));
    }
    let keys = &settings.connections.keys;
    let session = (owner.agency, owner.session_hash);
    let luggage = attempt::begin(platform, keys, session, gate.now()).await?;
    Ok(redirect(&oauth::authorize_url(
        &settings.connections.fanvue,
        &settings.redirect_uri(),
        luggage.state.expose(),
        &luggage.challenge,
    )))
}

impl From<AttemptError> for ApiError {
    fn from(error: AttemptError) -> Self {
        match error {
            AttemptError::Sealing(error) => Self::not_configured(error.to_string()),
            AttemptError::Database(error) => Self::database(&error),
        }
    }
}
