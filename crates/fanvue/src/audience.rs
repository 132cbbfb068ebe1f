//! Audience counts: smart lists and unread messages.
//!
//! Lists overlap, so each number comes from exactly one list (defect D79). Followers of the
//! unversioned lists leave subscribers out, those of `/v1` have them in (fanvue-api C4): asking the
//! unversioned path alone keeps the number's meaning.
//! Source: <https://api.fanvue.com/docs/api-reference> (`/chats/lists/smart`, `/chats/unread`).

mod posts;
mod subscriber_days;

pub use posts::{POSTS_PER_PAGE, PostPage};
pub use subscriber_days::{SubscriberDay, SubscriberDays};

use serde::Deserialize;
use tidemark_ports::Platform;

use crate::client::{Account, Answer, FanvueClient};
use crate::error::FanvueError;
use crate::rate::Bucket;

/// Head-counts of one creator, as Fanvue's smart lists count them (contactable audience).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudienceCounts {
    /// active subscribers
    pub subscribers: i64,
    /// followers
    pub followers: i64,
}

#[derive(Deserialize)]
struct SmartList {
    uuid: String,
    name: String,
    count: i64,
}

/// The bare array of the older family, or an object with `data` (fanvue-api C14).
#[derive(Deserialize)]
#[serde(untagged)]
enum SmartLists {
    Bare(Vec<SmartList>),
    Wrapped { data: Vec<SmartList> },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unread {
    unread_messages_count: i64,
}

impl<P: Platform> FanvueClient<'_, P> {
    /// Counts the audience in one call.
    ///
    /// # Errors
    /// [`FanvueError`]; [`FanvueError::Malformed`] when a list is missing or its count negative.
    pub async fn audience(&self, account: Account) -> Result<Answer<AudienceCounts>, FanvueError> {
        const ENDPOINT: &str = "/chats/lists/smart";
        let answer: Answer<SmartLists> = self
            .get(account.bucket(), ENDPOINT, &account.path(ENDPOINT))
            .await?;
        let lists = match answer.data {
            SmartLists::Bare(lists) | SmartLists::Wrapped { data: lists } => lists,
        };
        let count = |name: &str| {
            lists
                .iter()
                .find(|list| list.uuid == name || list.name.eq_ignore_ascii_case(name))
                .map(|list| list.count)
                .filter(|count| *count >= 0)
                .ok_or_else(|| FanvueError::Malformed {
                    endpoint: ENDPOINT,
                    reason: format!("the list {name:?} has no count"),
                })
        };
        Ok(Answer {
            data: AudienceCounts {
                subscribers: count("subscribers")?,
                followers: count("followers")?,
            },
            rate: answer.rate,
        })
    }

    /// Unread messages of the token owner; there is no twin for managed creators.
    ///
    /// # Errors
    /// [`FanvueError`]
    pub async fn unread_messages(&self) -> Result<Answer<i64>, FanvueError> {
        const ENDPOINT: &str = "/chats/unread";
        let answer: Answer<Unread> = self.get(Bucket::Principal, ENDPOINT, ENDPOINT).await?;
        Ok(answer.map(|unread| unread.unread_messages_count))
    }
}
