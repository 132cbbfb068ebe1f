//! `GET /users/me`, `GET /creators` and `GET /chats/unread`.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::account::{Account, Notifications};
use crate::clock::Micros;
use crate::endpoints::Call;
use crate::endpoints::pages::NumberedPage;
use crate::exchange::ApiResponse;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::Family;

const DEFAULT_SIZE: usize = 15;

pub(super) fn current_user(call: Call<'_>) -> ApiResponse {
    let account = call.account;
    let profile = &account.profile;
    let mut user = json!({
        "uuid": profile.uuid,
        "email": format!("{}@example.com", profile.handle),
        "handle": profile.handle,
        "bio": profile.bio,
        "displayName": profile.display_name,
        "isCreator": profile.is_creator,
        "createdAt": profile.registered_at,
        "updatedAt": null,
        "avatarUrl": null,
        "bannerUrl": null,
        "likesCount": account.posts.iter().map(|post| post.likes).sum::<u32>(),
        "fanCounts": {
            "followersCount": account.audience.followers,
            "subscribersCount": account.audience.subscribers().len(),
        },
    });
    if call.family == Family::V1 {
        user["roles"] = roles(account);
        user["isDiscoverable"] = json!(profile.is_creator);
        user["isInCuratedSection"] = json!(false);
    }
    ApiResponse::json(StatusCode::OK, &user)
}

fn roles(account: &Account) -> Value {
    if account.profile.is_creator {
        json!(["creator"])
    } else {
        json!(["agency", "agency_admin"])
    }
}

/// A row of `GET /creators`: the long form of a fan reference with a role.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreatorRow<'world> {
    uuid: Uuid,
    handle: &'world str,
    display_name: &'world str,
    nickname: Option<&'world str>,
    is_top_spender: bool,
    avatar_url: Option<&'world str>,
    registered_at: Micros,
    role: &'static str,
}

pub(super) fn creators(call: Call<'_>, mut query: Query) -> Result<ApiResponse, Problem> {
    if !call.world.is_agency(call.principal) {
        return Err(Problem::AgencyOnly);
    }
    let page = query.page();
    let size = query.size(DEFAULT_SIZE);
    query.finish()?;
    let rows = call.world.creators().map(|account| CreatorRow {
        uuid: account.profile.uuid,
        handle: &account.profile.handle,
        display_name: &account.profile.display_name,
        nickname: None,
        is_top_spender: false,
        avatar_url: None,
        registered_at: account.profile.registered_at,
        role: "creator",
    });
    let page = NumberedPage::cut(rows, page, size);
    Ok(ApiResponse::json(StatusCode::OK, &page))
}

#[derive(Debug, Serialize)]
struct UnreadCounts {
    #[serde(rename = "unreadChatsCount")]
    chats: u32,
    #[serde(rename = "unreadMessagesCount")]
    messages: u32,
    #[serde(rename = "unreadNotifications")]
    notifications: Notifications,
}

pub(super) fn unread(call: Call<'_>) -> ApiResponse {
    let counts = UnreadCounts {
        chats: call.account.unread_chats,
        messages: call.account.unread_messages,
        notifications: call.account.notifications,
    };
    ApiResponse::json(StatusCode::OK, &counts)
}
