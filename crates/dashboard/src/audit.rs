//! `GET /api/audit`: who did what in the caller's agency, newest first.

use serde::Serialize;
use serde_json::Value as Json;
use tidemark_api::parameters::{query_pairs, value_of};
use tidemark_api::{ApiError, Request, Response, respond};
use tidemark_ports::Platform;
use tidemark_tenancy::audit;
use tidemark_tenancy::token::Caller;

/// Its query parameters.
pub(crate) const NAMES: [&str; 2] = ["cursor", "limit"];
/// Entries of a page where the caller does not say.
pub(crate) const LISTED: i64 = 100;
/// Entries of a page at most.
pub(crate) const MOST_LISTED: i64 = 500;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    entries: Vec<Entry>,
    /// asks for the page after this one; null at the end
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct Entry {
    at: String,
    /// the API token that was presented; null for the command line
    actor: Option<String>,
    action: String,
    subject: Option<String>,
    detail: Json,
}

/// Lists what was done.
///
/// # Errors
/// 400, 503
pub async fn audit(
    platform: &impl Platform,
    caller: Caller,
    request: &Request,
) -> Result<Response, ApiError> {
    let pairs = query_pairs(request.uri());
    if let Some((name, _)) = pairs
        .iter()
        .find(|(name, _)| !NAMES.contains(&name.as_str()))
    {
        return Err(ApiError::bad_parameter(
            name,
            "this route has no such parameter",
        ));
    }
    let limit = match value_of(&pairs, "limit") {
        None => LISTED,
        Some(text) => whole_number(text)
            .filter(|limit| (1..=MOST_LISTED).contains(limit))
            .ok_or_else(|| {
                let message = format!("limit must be a whole number from 1 to {MOST_LISTED}");
                ApiError::bad_parameter("limit", message)
            })?,
    };
    let before = match value_of(&pairs, "cursor") {
        None => None,
        Some(text) => Some(whole_number(text).ok_or_else(|| {
            ApiError::bad_parameter("cursor", "cursor must be the nextCursor of a page before")
        })?),
    };
    let mut found = audit::page(platform, caller.agency, before, limit + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count > limit);
    if more {
        found.pop();
    }
    let next_cursor = found
        .last()
        .filter(|_| more)
        .map(|entry| entry.entry.to_string());
    let entries = found.into_iter().map(|entry| Entry {
        at: entry.at.to_string(),
        actor: entry.actor.map(|actor| actor.to_string()),
        action: entry.action,
        subject: entry.subject,
        detail: entry.detail,
    });
    let body = Body {
        entries: entries.collect(),
        next_cursor,
    };
    let etag = respond::etag_of(&body);
    Ok(respond::tenant_json(request.headers(), &etag, &body))
}

/// Digits only, as the schema of the route says: no sign, no space.
fn whole_number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_digits_and_nothing_else() {
        assert_eq!(whole_number("12"), Some(12));
        for bad in ["", "+1", "-1", " 1", "1.0", "99999999999999999999"] {
            assert_eq!(whole_number(bad), None, "{bad}");
        }
    }
}
