//! `/api/team/alerts/destinations`: the agency's own channels. What they are reached by is sealed and
//! never shown again.

use serde::Deserialize;
use serde_json::{Value, json};
use tidemark_api::{ApiError, Response, respond};
use tidemark_domain::Secret;
use tidemark_ports::Platform;
use tidemark_sealing::TokenKind;
use tidemark_tenancy::Role;
use uuid::Uuid;

use super::reading::{self, Query, present};
use super::{Asked, created, done, listed, missing};
use crate::alerts::KINDS;
use crate::alerts::delivery;
use crate::alerts::destination::{self, Channel};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewDestination {
    kind: String,
    name: String,
    /// the webhook's address; of all but Telegram
    #[serde(default, deserialize_with = "present")]
    url: Option<String>,
    /// of Telegram
    #[serde(default, deserialize_with = "present")]
    bot_token: Option<String>,
    /// of Telegram
    #[serde(default, deserialize_with = "present")]
    chat_id: Option<String>,
    /// all kinds without it
    #[serde(default, deserialize_with = "present")]
    alert_kinds: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DestinationChange {
    #[serde(default, deserialize_with = "present")]
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    alert_kinds: Option<Vec<String>>,
    /// `active` or `paused`; `active` also mends one that was disabled
    #[serde(default, deserialize_with = "present")]
    state: Option<String>,
}

impl NewDestination {
    /// The channel, and what it is reached by.
    fn channel(&self) -> Result<(Channel, Secret), ApiError> {
        if !["slack", "discord", "telegram", "webhook"].contains(&self.kind.as_str()) {
            let message = "kind must be slack, discord, telegram or webhook";
            return Err(ApiError::bad_parameter("kind", message));
        }
        let is_telegram = self.kind == "telegram";
        for (field, is_given, is_wanted) in [
            ("url", self.url.is_some(), !is_telegram),
            ("botToken", self.bot_token.is_some(), is_telegram),
            ("chatId", self.chat_id.is_some(), is_telegram),
        ] {
            if is_given != is_wanted {
                let verb = if is_wanted { "needs" } else { "has no" };
                let message = format!("{} {verb} {field}", self.kind);
                return Err(ApiError::bad_parameter(field, message));
            }
        }
        let channel = Channel::of(&self.kind, self.chat_id.clone())
            .expect("invariant: a chat is given exactly with Telegram");
        let secret = self.url.as_ref().or(self.bot_token.as_ref());
        let secret = secret.expect("invariant: one of the two is given");
        Ok((channel, Secret::new(secret.clone())))
    }
}

fn check_kinds(kinds: &[String]) -> Result<(), ApiError> {
    let is_known = |kind: &String| KINDS.contains(&kind.as_str());
    let is_twice = |kind: &String| kinds.iter().filter(|other| *other == kind).count() > 1;
    if kinds.iter().all(is_known) && !kinds.iter().any(is_twice) {
        return Ok(());
    }
    let message = format!("alertKinds may have each of {} once", KINDS.join(", "));
    Err(ApiError::bad_parameter("alertKinds", message))
}

pub(super) async fn list<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    Query::of(asked.request, &[])?;
    let destinations = read(asked, None).await?;
    Ok(asked.tenant_json(&listed("destinations", &destinations, None)))
}

pub(super) async fn show<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    Ok(asked.tenant_json(&one(asked, id).await?))
}

pub(super) async fn add<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    asked.require(Role::Owner)?;
    let new: NewDestination = reading::body(asked.request)?;
    reading::text("name", &new.name, 1..=100)?;
    let (channel, secret) = new.channel()?;
    let host = destination::check(&channel, secret.expose(), &asked.settings.alert_base_url)
        .map_err(|error| ApiError::bad_parameter(error.field, error.message))?;
    let all = || KINDS.iter().map(|kind| (*kind).to_owned()).collect();
    let kinds: Vec<String> = new.alert_kinds.unwrap_or_else(all);
    check_kinds(&kinds)?;
    let agency = asked.caller.agency;
    let keys = &asked.settings.connections.keys;
    let sealed = keys
        .seal(agency, TokenKind::AlertDestination, &secret)
        .map_err(|error| ApiError::not_configured(error.to_string()))?;
    let id = Uuid::new_v4();
    let parameters = [
        agency.into(),
        id.into(),
        channel.word().into(),
        new.name.into(),
        host.into(),
        new.chat_id.into(),
        sealed.into(),
        kinds.into(),
        asked.now.into(),
    ];
    let added = asked
        .platform
        .query(include_str!("../sql/add_destination.sql"), &parameters)
        .await?;
    if added.is_empty() {
        return Err(ApiError::conflict("an agency has 20 destinations at most"));
    }
    Ok(created(&one(asked, id).await?))
}

pub(super) async fn change<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    asked.require(Role::Owner)?;
    let change: DestinationChange = reading::body(asked.request)?;
    if let Some(name) = &change.name {
        reading::text("name", name, 1..=100)?;
    }
    if let Some(kinds) = &change.alert_kinds {
        check_kinds(kinds)?;
    }
    if let Some(state) = &change.state
        && !["active", "paused"].contains(&state.as_str())
    {
        return Err(ApiError::bad_parameter(
            "state",
            "state must be active or paused",
        ));
    }
    let parameters = [
        asked.caller.agency.into(),
        id.into(),
        change.name.into(),
        change.alert_kinds.into(),
        change.state.into(),
    ];
    let changed = asked
        .platform
        .query(include_str!("../sql/change_destination.sql"), &parameters)
        .await?;
    if changed.is_empty() {
        return Err(missing(&id));
    }
    Ok(asked.tenant_json(&one(asked, id).await?))
}

pub(super) async fn remove<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    asked.require(Role::Owner)?;
    let statement = "delete from alert_destinations where agency_id = $1 and destination_id = $2 \
                     returning 1::bigint";
    let parameters = [asked.caller.agency.into(), id.into()];
    if asked
        .platform
        .query(statement, &parameters)
        .await?
        .is_empty()
    {
        return Err(missing(&id));
    }
    Ok(done())
}

/// Sends a test, and says what became of it.
pub(super) async fn test<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    asked.require(Role::Owner)?;
    one(asked, id).await?;
    let parameters = [asked.caller.agency.into(), id.into(), asked.now.into()];
    let rows = asked
        .platform
        .query(include_str!("../sql/test_alert.sql"), &parameters)
        .await?;
    let Some(row) = rows.first() else {
        return Err(ApiError::conflict("the destination is paused or disabled"));
    };
    let key: String = row.get(0)?;
    let deadline = asked.now.plus(asked.settings.step_budget);
    let agency = Some(asked.caller.agency);
    delivery::deliver(asked.platform, asked.settings, agency, deadline).await?;
    let statement = "select state, last_status, last_error from alert_deliveries \
                     where agency_id = $1 and alert_key = $2 and destination_id = $3";
    let parameters = [asked.caller.agency.into(), key.into(), id.into()];
    let rows = asked.platform.query(statement, &parameters).await?;
    let row = tidemark_ports::sql::only_row(rows)?;
    let body = json!({
        "state": row.get::<String>(0)?,
        "lastStatus": row.get::<Option<i32>>(1)?,
        "lastError": row.get::<Option<String>>(2)?,
    });
    Ok(respond::json(http::StatusCode::OK, &body))
}

async fn read<P: Platform>(asked: &Asked<'_, P>, id: Option<Uuid>) -> Result<Vec<Value>, ApiError> {
    let parameters = [asked.caller.agency.into(), id.into()];
    let rows = asked
        .platform
        .query(include_str!("../sql/list_destinations.sql"), &parameters)
        .await?;
    Ok(rows
        .iter()
        .map(|row| row.json(0))
        .collect::<Result<_, _>>()?)
}

async fn one<P: Platform>(asked: &Asked<'_, P>, id: Uuid) -> Result<Value, ApiError> {
    let destinations = read(asked, Some(id)).await?;
    destinations.into_iter().next().ok_or_else(|| missing(&id))
}
