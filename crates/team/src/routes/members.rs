//! `/api/team/members`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidemark_api::{ApiError, Response};
use tidemark_domain::Zone;
use tidemark_ports::{Platform, SqlError};
use uuid::Uuid;

use super::reading::{self, Query, given, present};
use super::{Asked, created, done, listed, missing};
use crate::check::json_of;

/// A member to be, or what changes of one.
#[expect(clippy::option_option, reason = "absent and null differ in a change")]
#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
pub(super) struct MemberChange {
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub member_id: Option<Uuid>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub display_name: Option<String>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub role: Option<String>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub timezone: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub fanvue_member_id: Option<Option<Uuid>>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub active: Option<bool>,
}

impl MemberChange {
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if let Some(name) = &self.display_name {
            reading::text("displayName", name, 1..=100)?;
            if name.trim() != name {
                let message = "displayName must not begin or end with a space";
                return Err(ApiError::bad_parameter("displayName", message));
            }
        }
        if let Some(role) = &self.role {
            reading::text("role", role, 0..=100)?;
        }
        if let Some(Some(timezone)) = &self.timezone {
            Zone::parse(timezone)
                .map_err(|error| ApiError::bad_parameter("timezone", error.to_string()))?;
        }
        Ok(())
    }
}

pub(super) async fn list<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    Query::of(asked.request, &[])?;
    let members = read(asked, None).await?;
    Ok(asked.tenant_json(&listed("members", &members, None)))
}

pub(super) async fn show<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    Ok(asked.tenant_json(&one(asked, id).await?))
}

pub(super) async fn add<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    let mut member: MemberChange = reading::body(asked.request)?;
    if member.display_name.is_none() {
        return Err(ApiError::bad_parameter(
            "displayName",
            "displayName is missing",
        ));
    }
    member.check()?;
    let id = Uuid::new_v4();
    member.member_id = Some(id);
    insert(asked, &[member]).await?;
    Ok(created(&one(asked, id).await?))
}

pub(super) async fn insert<P: Platform>(
    asked: &Asked<'_, P>,
    members: &[MemberChange],
) -> Result<(), ApiError> {
    let parameters = [
        asked.caller.agency.into(),
        json_of(members),
        asked.now.into(),
    ];
    let added = asked
        .platform
        .query(include_str!("../sql/add_members.sql"), &parameters);
    added
        .await
        .map(drop)
        .map_err(|error| linked_already(&error))
}

pub(super) async fn change<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    let change: MemberChange = reading::body(asked.request)?;
    change.check()?;
    update(asked, id, &change).await?;
    Ok(asked.tenant_json(&one(asked, id).await?))
}

/// A member whose shifts and points are recorded is never deleted.
pub(super) async fn retire<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    let inactive = MemberChange {
        active: Some(false),
        ..MemberChange::default()
    };
    update(asked, id, &inactive).await?;
    Ok(done())
}

async fn update<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
    change: &MemberChange,
) -> Result<(), ApiError> {
    let change = serde_json::to_value(change).expect("invariant: a change has only string keys");
    let parameters = [asked.caller.agency.into(), id.into(), change.into()];
    let changed = asked
        .platform
        .query(include_str!("../sql/change_member.sql"), &parameters)
        .await
        .map_err(|error| linked_already(&error))?;
    if changed.is_empty() {
        return Err(missing(&id));
    }
    Ok(())
}

fn linked_already(error: &SqlError) -> ApiError {
    match error {
        SqlError::Refused { code, .. } if code == "23505" => {
            ApiError::conflict("another member is linked to that Fanvue team member")
        }
        _ => ApiError::database(error),
    }
}

pub(super) async fn read<P: Platform>(
    asked: &Asked<'_, P>,
    id: Option<Uuid>,
) -> Result<Vec<Value>, ApiError> {
    let parameters = [asked.caller.agency.into(), id.into()];
    let rows = asked
        .platform
        .query(include_str!("../sql/list_members.sql"), &parameters)
        .await?;
    Ok(rows
        .iter()
        .map(|row| row.json(0))
        .collect::<Result<_, _>>()?)
}

async fn one<P: Platform>(asked: &Asked<'_, P>, id: Uuid) -> Result<Value, ApiError> {
    let members = read(asked, Some(id)).await?;
    members.into_iter().next().ok_or_else(|| missing(&id))
}
