//! Posts of a creator, and how the feed shows them.

use serde::Serialize;
use uuid::Uuid;

use crate::clock::Micros;

#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) uuid: Uuid,
    pub(crate) published_at: Micros,
    pub(crate) text: String,
    /// US cents, at least 300; none for a free post.
    pub(crate) price_cents: Option<i64>,
    pub(crate) for_followers_too: bool,
    pub(crate) media: Vec<Uuid>,
    pub(crate) is_pinned: bool,
    pub(crate) likes: u32,
    pub(crate) comments: u32,
    pub(crate) tips: PostTips,
}

/// Tips given on a post; each is a tip row of the ledger too.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostTips {
    count: u32,
    total_gross: i64,
    total_net: i64,
}

impl PostTips {
    pub(crate) fn add(&mut self, gross_cents: i64, net_cents: i64) {
        self.count += 1;
        self.total_gross += gross_cents;
        self.total_net += net_cents;
    }

    pub(crate) fn remove(&mut self, gross_cents: i64, net_cents: i64) {
        self.count -= 1;
        self.total_gross -= gross_cents;
        self.total_net -= net_cents;
    }
}

/// A row of `GET /posts`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostRow<'post> {
    uuid: Uuid,
    created_at: Micros,
    text: &'post str,
    price: Option<i64>,
    media_preview_uuid: Option<Uuid>,
    audience: &'static str,
    publish_at: Option<Micros>,
    published_at: Option<Micros>,
    expires_at: Option<Micros>,
    media_uuids: &'post [Uuid],
    is_pinned: bool,
    likes_count: u32,
    comments_count: u32,
    tips: PostTips,
}

impl Post {
    pub(crate) fn row(&self) -> PostRow<'_> {
        PostRow {
            uuid: self.uuid,
            created_at: self.published_at,
            text: &self.text,
            price: self.price_cents,
            media_preview_uuid: self.media.first().copied(),
            audience: if self.for_followers_too {
                "followers-and-subscribers"
            } else {
                "subscribers"
            },
            publish_at: None,
            published_at: Some(self.published_at),
            expires_at: None,
            media_uuids: &self.media,
            is_pinned: self.is_pinned,
            likes_count: self.likes,
            comments_count: self.comments,
            tips: self.tips,
        }
    }
}
