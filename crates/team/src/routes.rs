//! `/api/team/…`: JSON over members, shifts, planned posts, clock-ins, the leaderboard, rules and
//! alerts.
//!
//! Who may call what is in `tidemark_tenancy::permissions`. Every statement runs for the caller's agency
//! and names it, so another one's id is 404.

mod alerts;
mod clock;
mod destinations;
mod import;
mod leaderboard;
mod members;
mod planned;
mod posts;
pub mod reading;
mod rules;
mod shifts;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tidemark_api::{ApiError, Request, Response, auth, respond};
use tidemark_domain::Instant;
use tidemark_ports::{Bound, Platform};
use tidemark_tenancy::token::Caller;
use uuid::Uuid;

use crate::check::TeamSettings;

/// What every route is given.
pub(crate) struct Asked<'a, P> {
    platform: &'a P,
    settings: &'a TeamSettings,
    request: &'a Request,
    caller: Caller,
    now: Instant,
}

impl<P> Asked<'_, P> {
    /// Tenant data with its tag.
    fn tenant_json(&self, body: &Value) -> Response {
        let tag = respond::etag_of(&json!([self.caller.agency, body]));
        respond::tenant_json(self.request.headers(), &tag, body)
    }
}

/// Answers a request below `/api/team/`.
///
/// # Errors
/// [`ApiError`] with the status and body that the contract names.
pub async fn route<P: Platform>(
    platform: &P,
    settings: &TeamSettings,
    public_url: &str,
    request: &Request,
) -> Result<Response, ApiError> {
    let path = request.uri().path();
    let rest = path.strip_prefix("/api/team/").unwrap_or_default();
    let segments: Vec<&str> = rest.split('/').collect();
    // The method goes first: a route that does not take it says so to everybody.
    let methods = methods(&segments)
        .ok_or_else(|| ApiError::not_found(format!("there is no route {path}")))?;
    let method = match request.method() {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    if !methods.contains(method) {
        return Err(ApiError::method_not_allowed().allowing(methods));
    }
    let caller = auth::authorize(platform, request, public_url).await?;
    let asked = Asked {
        platform: &Bound::tenant(platform, caller.agency),
        settings,
        request,
        caller,
        now: platform.now(),
    };
    let mut response = dispatch(&asked, method, &segments).await?;
    if *method != Method::GET {
        let no_store = http::HeaderValue::from_static("no-store");
        let headers = response.headers_mut();
        headers.insert(http::header::CACHE_CONTROL, no_store);
    }
    Ok(response)
}

const READ: &[Method] = &[Method::GET];
const SEND: &[Method] = &[Method::POST];
const LIST: &[Method] = &[Method::GET, Method::POST];
const ONE: &[Method] = &[Method::GET, Method::PATCH, Method::DELETE];

fn methods(segments: &[&str]) -> Option<&'static [Method]> {
    Some(match segments {
        ["members" | "shifts" | "posts", "import"]
        | ["clock-in" | "clock-out"]
        | ["rules", "preview"]
        | ["alerts", "destinations", _, "test"] => SEND,
        ["members" | "shifts" | "posts" | "rules"] | ["alerts", "destinations"] => LIST,
        ["members" | "shifts" | "posts", _] | ["alerts", "destinations", _] => ONE,
        ["leaderboard" | "alerts"] => READ,
        _ => return None,
    })
}

async fn dispatch<P: Platform>(
    asked: &Asked<'_, P>,
    method: &Method,
    segments: &[&str],
) -> Result<Response, ApiError> {
    let is_read = *method == Method::GET;
    let is_change = *method == Method::PATCH;
    match segments {
        [kind @ ("members" | "shifts" | "posts"), "import"] => import::import(asked, kind).await,
        ["clock-in"] => clock::clock_in(asked).await,
        ["clock-out"] => clock::clock_out(asked).await,
        ["leaderboard"] => leaderboard::leaderboard(asked).await,
        ["rules"] if is_read => rules::show(asked).await,
        ["rules"] => rules::add(asked).await,
        ["rules", "preview"] => rules::preview(asked).await,
        ["alerts"] => alerts::list(asked).await,
        ["alerts", "destinations"] if is_read => destinations::list(asked).await,
        ["alerts", "destinations"] => destinations::add(asked).await,
        ["alerts", "destinations", id, "test"] => destinations::test(asked, id_of(id)?).await,
        ["alerts", "destinations", id] if is_read => destinations::show(asked, id_of(id)?).await,
        ["alerts", "destinations", id] if is_change => {
            destinations::change(asked, id_of(id)?).await
        }
        ["alerts", "destinations", id] => destinations::remove(asked, id_of(id)?).await,
        ["members"] if is_read => members::list(asked).await,
        ["members"] => members::add(asked).await,
        ["members", id] if is_read => members::show(asked, id_of(id)?).await,
        ["members", id] if is_change => members::change(asked, id_of(id)?).await,
        ["members", id] => members::retire(asked, id_of(id)?).await,
        ["shifts"] if is_read => planned::list(asked, planned::SHIFTS).await,
        ["shifts"] => shifts::add(asked).await,
        ["shifts", id] if is_read => planned::show(asked, planned::SHIFTS, id_of(id)?).await,
        ["shifts", id] if is_change => shifts::change(asked, id_of(id)?).await,
        ["shifts", id] => shifts::cancel(asked, id_of(id)?).await,
        ["posts"] if is_read => planned::list(asked, planned::POSTS).await,
        ["posts"] => posts::add(asked).await,
        ["posts", id] if is_read => planned::show(asked, planned::POSTS, id_of(id)?).await,
        ["posts", id] if is_change => posts::change(asked, id_of(id)?).await,
        ["posts", id] => posts::cancel(asked, id_of(id)?).await,
        _ => Err(ApiError::not_found("there is no such route")),
    }
}

/// What is no UUID names nothing.
fn id_of(segment: &str) -> Result<Uuid, ApiError> {
    segment.parse().map_err(|_| missing(&segment))
}

fn missing(id: &impl std::fmt::Display) -> ApiError {
    ApiError::not_found(format!("there is no {id} in this agency"))
}

fn created(body: &Value) -> Response {
    respond::json(StatusCode::CREATED, body)
}

fn done() -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// A list under its name, and where the next page begins.
fn listed(name: &str, items: &[Value], next_cursor: Option<&str>) -> Value {
    json!({name: items, "nextCursor": next_cursor})
}
