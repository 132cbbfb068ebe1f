//! What is read of a model, one call each.

use serde::{Deserialize, Serialize};

/// A kind of reading. Each fails, waits and ages by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// subscribers and followers: the smart lists
    Audience,
    /// unread messages, of one's own account
    Unread,
    /// starts and ends of subscriptions, and with them the past
    Flows,
    /// number of posts
    Posts,
}

impl Kind {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audience => "subscribers and followers",
            Self::Unread => "unread messages",
            Self::Flows => "subscriber events",
            Self::Posts => "posts",
        }
    }
}
