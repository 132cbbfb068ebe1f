//! `/api/team/rules`: what things are worth and when they are late.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tidemark_api::{ApiError, Response};
use tidemark_ports::Platform;
use tidemark_tenancy::Role;

use super::reading::{self, Moment, Query, present};
use super::{Asked, created};
use crate::points::preview::{self as previewing, LONGEST};
use crate::points::rules::{self, RuleError, Version};
use crate::points::{RuleBook, Rules};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewRules {
    rules: Rules,
    /// from when on; now without it
    #[serde(default, deserialize_with = "present")]
    valid_from: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Proposal {
    rules: Rules,
    /// over how many days up to now
    #[serde(default, deserialize_with = "present")]
    days: Option<u64>,
}

pub(super) async fn show<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    Query::of(asked.request, &[])?;
    Ok(asked.tenant_json(&described(asked, &book(asked).await?)))
}

/// Rules are added, never changed: what was played stays as it was played.
pub(super) async fn add<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    asked.require(Role::Owner)?;
    let new: NewRules = reading::body(asked.request)?;
    let version = Version {
        rules: new.rules.checked().map_err(|error| wrong(&error))?,
        valid_from: new.valid_from.map_or(asked.now, |Moment(at)| at),
    };
    if version.valid_from < asked.now {
        let message = "validFrom must not lie in the past: what was played stays as it was";
        return Err(ApiError::bad_parameter("validFrom", message));
    }
    if !rules::add(asked.platform, asked.caller.agency, version, asked.now).await? {
        return Err(ApiError::conflict(
            "there are rules from that very instant on",
        ));
    }
    Ok(created(&described(asked, &book(asked).await?)))
}

pub(super) async fn preview<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    let proposal: Proposal = reading::body(asked.request)?;
    let proposed = proposal.rules.checked().map_err(|error| wrong(&error))?;
    let day = Duration::from_hours(24);
    let longest = LONGEST.as_secs() / day.as_secs();
    let days = proposal.days.unwrap_or(7);
    if !(1..=longest).contains(&days) {
        let message = format!("days must be between 1 and {longest}");
        return Err(ApiError::bad_parameter("days", message));
    }
    let from = asked.now.minus(Duration::from_secs(days * day.as_secs()));
    let book = book(asked).await?;
    let preview = previewing::preview(
        asked.platform,
        asked.caller.agency,
        (&book, proposed),
        (from, asked.now),
    );
    let preview = preview.await?;
    Ok(asked.tenant_json(&json!({
        "from": from.to_string(),
        "to": asked.now.to_string(),
        "members": preview.members,
        "truncated": preview.truncated,
    })))
}

fn wrong(error: &RuleError) -> ApiError {
    ApiError::bad_parameter(error.field, error.to_string())
}

async fn book<P: Platform>(asked: &Asked<'_, P>) -> Result<RuleBook, ApiError> {
    let agency = asked.caller.agency;
    let mut books = rules::load(asked.platform, Some(agency)).await?;
    Ok(books.remove(&agency).unwrap_or_default())
}

fn described<P>(asked: &Asked<'_, P>, book: &RuleBook) -> Value {
    let versions = book.versions().iter().rev().take(100).map(
        |version| json!({"validFrom": version.valid_from.to_string(), "rules": version.rules}),
    );
    json!({
        "current": book.at(asked.now),
        "defaults": Rules::default(),
        "versions": versions.collect::<Vec<_>>(),
    })
}
