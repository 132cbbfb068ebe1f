//! `/api/team/posts`: planned posts.

use serde::{Deserialize, Serialize};
use tidemark_api::{ApiError, Response};
use tidemark_ports::Platform;
use uuid::Uuid;

use super::planned::{self, POSTS, refused, require_known};
use super::reading::{self, Moment, given, present};
use super::{Asked, created, done, missing};
use crate::check::json_of;

/// A plan to be, or what changes of one. `postedAt` is a person's word; null takes it back.
#[expect(clippy::option_option, reason = "absent and null differ in a change")]
#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
struct PostChange {
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    member_id: Option<Uuid>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    model_id: Option<Uuid>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    planned_at: Option<Moment>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    notes: Option<String>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    posted_at: Option<Option<Moment>>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    cancelled: Option<bool>,
}

impl PostChange {
    fn check<P>(&self, asked: &Asked<'_, P>) -> Result<(), ApiError> {
        if let Some(notes) = &self.notes {
            reading::text("notes", notes, 0..=2_000)?;
        }
        if let Some(Some(Moment(posted_at))) = self.posted_at
            && posted_at > asked.now
        {
            let message = "postedAt must not lie in the future";
            return Err(ApiError::bad_parameter("postedAt", message));
        }
        Ok(())
    }
}

/// A plan as it is stored.
#[derive(Serialize)]
pub(super) struct NewPost {
    pub post_plan_id: Uuid,
    pub member_id: Uuid,
    pub model_id: Uuid,
    pub planned_at: Moment,
    pub notes: String,
}

pub(super) async fn add<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    let post: PostChange = reading::body(asked.request)?;
    post.check(asked)?;
    let absent =
        |field: &'static str| ApiError::bad_parameter(field, format!("{field} is missing"));
    for (field, is_given) in [
        ("postedAt", post.posted_at.is_some()),
        ("cancelled", post.cancelled.is_some()),
    ] {
        if is_given {
            let message = format!("{field} can be changed once the plan is there");
            return Err(ApiError::bad_parameter(field, message));
        }
    }
    let post = NewPost {
        post_plan_id: Uuid::new_v4(),
        member_id: post.member_id.ok_or_else(|| absent("memberId"))?,
        model_id: post.model_id.ok_or_else(|| absent("modelId"))?,
        planned_at: post.planned_at.ok_or_else(|| absent("plannedAt"))?,
        notes: post.notes.unwrap_or_default(),
    };
    require_known(asked, Some(post.member_id), Some(post.model_id)).await?;
    let id = post.post_plan_id;
    insert(asked, &[post]).await?;
    Ok(created(&planned::one(asked, POSTS, id).await?))
}

pub(super) async fn insert<P: Platform>(
    asked: &Asked<'_, P>,
    posts: &[NewPost],
) -> Result<(), ApiError> {
    let parameters = [asked.caller.agency.into(), json_of(posts)];
    let added = asked
        .platform
        .query(include_str!("../sql/add_posts.sql"), &parameters);
    added.await.map(drop).map_err(|error| refused(&error))
}

pub(super) async fn change<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    let change: PostChange = reading::body(asked.request)?;
    change.check(asked)?;
    require_known(asked, change.member_id, change.model_id).await?;
    update(asked, id, &change).await?;
    Ok(asked.tenant_json(&planned::one(asked, POSTS, id).await?))
}

/// Cancels: what was found of a plan is withdrawn by the next check, its history stays.
pub(super) async fn cancel<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
) -> Result<Response, ApiError> {
    let cancelled = PostChange {
        cancelled: Some(true),
        ..PostChange::default()
    };
    update(asked, id, &cancelled).await?;
    Ok(done())
}

async fn update<P: Platform>(
    asked: &Asked<'_, P>,
    id: Uuid,
    change: &PostChange,
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
        .query(include_str!("../sql/change_post.sql"), &parameters)
        .await
        .map_err(|error| refused(&error))?;
    if changed.is_empty() {
        return Err(missing(&id));
    }
    Ok(())
}
