//! `GET …/chats/lists/smart`: segments with counts. They overlap: never add them.

use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::endpoints::Call;
use crate::exchange::ApiResponse;
use crate::routes::Family;

/// One subscriber in so many mutes the creator.
const SUBSCRIBERS_PER_MUTED: usize = 40;

#[derive(Debug, Serialize)]
struct SmartList {
    name: &'static str,
    /// A fixed word, despite the name of the member.
    uuid: &'static str,
    count: usize,
}

pub(super) fn answer(call: Call<'_>) -> ApiResponse {
    let account = call.account;
    let segments = account.audience.segments(call.now);
    let plain_followers = account.audience.followers as usize;
    // The unversioned list leaves subscribers out, that of v1 has them in.
    let followers = match call.family {
        Family::Unversioned => plain_followers,
        Family::V1 => plain_followers + segments.subscribers,
    };
    let mut lists = vec![
        list("Subscribers", "subscribers", segments.subscribers),
        list("Auto-renewing", "auto_renewing", segments.auto_renewing),
        list("Non-renewing", "non_renewing", segments.non_renewing),
        list("Followers", "followers", followers),
        list(
            "Free trial subscribers",
            "free_trial_subscribers",
            segments.on_free_trial,
        ),
        list(
            "Expired subscribers",
            "expired_subscribers",
            segments.expired,
        ),
        list(
            "Spent more than $50",
            "spent_more_than_50",
            account.fans_who_spent_more_than_50(),
        ),
    ];
    if call.family == Family::V1 {
        let muted = segments.subscribers / SUBSCRIBERS_PER_MUTED;
        lists.push(list("Muted", "muted", muted));
        // No creator of this world follows another one.
        lists.push(list("Creators", "creators", 0));
    }
    if call.world.switches.wraps_smart_lists() {
        return ApiResponse::json(StatusCode::OK, &json!({ "data": lists }));
    }
    ApiResponse::json(StatusCode::OK, &lists)
}

fn list(name: &'static str, uuid: &'static str, count: usize) -> SmartList {
    SmartList { name, uuid, count }
}
