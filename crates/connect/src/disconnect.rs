//! `POST /connect/fanvue/disconnect`: forgets the agency's grants. The ledger stays.

use http::StatusCode;
use http::header::{ACCEPT, HeaderMap};
use serde_json::json;
use tidemark_api::{ApiError, Request, Response, auth, respond};
use tidemark_connections::store;
use tidemark_ports::{Bound, Platform};

use crate::redirect;

/// Ends every connection of the caller's agency.
///
/// # Errors
/// 401, 403, 503
pub async fn disconnect(
    gate: &impl Platform,
    public_url: &str,
    request: &Request,
) -> Result<Response, ApiError> {
    let caller = auth::authorize(gate, request, public_url).await?;
    let platform = Bound::tenant(gate, caller.agency);
    let ended = store::disconnect(&platform, caller.agency).await?;
    if wants_page(request.headers()) {
        return Ok(redirect("/"));
    }
    Ok(respond::json(
        StatusCode::OK,
        &json!({"disconnected": ended}),
    ))
}

/// Whether a browser sent a form.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}
