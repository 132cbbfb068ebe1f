//! `/api/team/shifts`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tidemark_api::{ApiError, Response};
use tidemark_ports::Platform;
use uuid::Uuid;

use super::planned::{self, SHIFTS, refused, require_known};
use super::reading::{self, Moment, given, present};
use super::{Asked, created, done, missing};
use crate::check::json_of;

/// The longest shift.
pub(super) const LONGEST: Duration = Duration::from_hours(24);

/// A shift to be, or what changes of one.
#[expect(clippy::option_option, reason = "absent and null differ in a change")]
#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
struct ShiftChange {
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    member_id: Option<Uuid>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    model_id: Option<Option<Uuid>>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    starts_at: Option<Moment>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    ends_at: Option<Moment>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    notes: Option<String>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    cancelled: Option<bool>,
}

impl ShiftChange {
    fn check(&self) -> Result<(), ApiError> {
        if let Some(notes) = &self.notes {
            reading::text("notes", notes, 0..=2_000)?;
        }
        if let (Some(Moment(starts_at)), Some(Moment(ends_at))) = (self.starts_at, self.ends_at)
            && (ends_at <= starts_at || ends_at.since(starts_at) > LONGEST)
        {
            let message = "endsAt must be after startsAt, by at most 24 hours";
            return Err(ApiError::bad_parameter("endsAt", message));
        }
        Ok(())
    }
}

/// A shift as it is stored.
#[derive(Serialize)]
pub(super) struct NewShift {
    pub shift_id: Uuid,
    pub member_id: Uuid,
    pub model_id: Option<Uuid>,
    pub starts_at: Moment,
    pub ends_at: Moment,
    pub notes: String,
}

pub(super) async fn add<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    let shift: ShiftChange = reading::body(asked.request)?;
    shift.check()?;
    if shift.cancelled.is_some() {
        let message = "a shift cannot be cancelled before it is there";
        return Err(ApiError::bad_parameter("cancelled", message));
    }
    let absent =
        |field: &'static str| ApiError::bad_parameter(field, format!("{field} is missing"));
    let shift = NewShift {
        shift_id: Uuid::new_v4(),
        member_id: shift.member_id.ok_or_else(|| absent("memberId"))?,
        model_id: shift.model_id.flatten(),
        starts_at: shift.starts_at.ok_or_else(|| absent("startsAt"))?,
        ends_at: shift.ends_at.ok_or_else(|| absent("endsAt"))?,
        notes: shift.notes.unwrap_or_default(),
    };
    require_known(asked, Some(shift.member_id), shift.model_id).await?;
    let id = shift.shift_id;
    insert(asked, &[shift]).await?;
    Ok(created(&planned::one(asked, SHIFTS, id).await?))
}

pub(super) async fn insert<P: Platform>(
    asked: &Asked<'_, P>,
    shifts: &[NewShift],
) -> Result<(), ApiError> {
    let parameters = [asked.caller.agency.into(), json_of(shifts)];
    let added = asked
        .platform
        .query(include_str!("../sql/add_shifts.sql"), &parameters);
    added.await.map(drop).map_err(|error| refused(&error))
}

pub(super) async fn change<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    let change: ShiftChange = reading::body(asked.request)?;
    change.check()?;
    require_known(asked, change.member_id, change.model_id.flatten()).await?;
    update(asked, id, &change).await?;
    Ok(asked.tenant_json(&planned::one(asked, SHIFTS, id).await?))
}

/// Cancels: what was found of a shift is withdrawn by the next check, its history stays.
pub(super) async fn cancel<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    let cancelled = ShiftChange {
        cancelled: Some(true),
        ..ShiftChange::default()
    };
    update(asked, id, &cancelled).await?;
    Ok(done())
}

async fn update<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
    change: &ShiftChange,
) -> Result<(), ApiError> {
    let change = serde_json::to_value(change).expect("invariant: a change has only string keys");
    let parameters = [
        asked.caller.agency.into(),
        id.into(),
        change.into(),
        asked.now.into(),
    ];
    let changed = asked
        .platform
        .query(include_str!("../sql/change_shift.sql"), &parameters)
        .await
        .map_err(|error| refused(&error))?;
    if changed.is_empty() {
        return Err(missing(&id));
    }
    Ok(())
}
