//! Posts of one creator, as the feed shows them: pinned ones first, then newest.
//!
//! Source: <https://api.fanvue.com/docs/api-reference> (`/posts`, by page).

use serde::Deserialize;
use tidemark_domain::Instant;
use tidemark_ports::Platform;
use uuid::Uuid;

use crate::client::{Account, Answer, FanvueClient};
use crate::error::FanvueError;

/// A post that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// Fanvue's id
    pub uuid: Uuid,
    /// when it appeared
    pub published_at: Instant,
    /// whether it stands before the newest
    pub is_pinned: bool,
}

#[derive(Deserialize)]
struct PostsPage {
    data: Vec<PostRow>,
    pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    has_more: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostRow {
    uuid: Uuid,
    #[serde(default)]
    published_at: Option<String>,
    #[serde(default)]
    is_pinned: bool,
}

impl<P: Platform> FanvueClient<'_, P> {
    /// One page of an account's feed, from page 1 on, and whether there are more. Posts that are not
    /// published yet are left out.
    ///
    /// # Errors
    /// [`FanvueError`]; [`FanvueError::Malformed`] when a date cannot be read.
    pub async fn posts(
        &self,
        account: Account,
        page: u32,
    ) -> Result<Answer<(Vec<Post>, bool)>, FanvueError> {
        const ENDPOINT: &str = "/posts";
        let path = format!("{}?page={page}&size=50", account.path(ENDPOINT));
        let answer: Answer<PostsPage> = self.get(account.bucket(), ENDPOINT, &path).await?;
        let posts = answer.data.data.iter().filter_map(|row| {
            let published_at = row.published_at.as_deref()?;
            Some(Instant::parse(published_at).map(|published_at| Post {
                uuid: row.uuid,
                published_at,
                is_pinned: row.is_pinned,
            }))
        });
        let posts =
            posts
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| FanvueError::Malformed {
                    endpoint: ENDPOINT,
                    reason: error.to_string(),
                })?;
        Ok(Answer {
            data: (posts, answer.data.pagination.has_more),
            rate: answer.rate,
        })
    }
}
