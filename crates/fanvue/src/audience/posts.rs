//! How many posts there are: `…/posts`.
//!
//! `/v1` tells the number beside the rows; the older family only whether a page is followed by
//! another one, so the number follows from its last page.

use serde::Deserialize;
use serde::de::IgnoredAny;
use tidemark_ports::Platform;

use crate::client::{Account, Answer, FanvueClient};
use crate::earnings::Family;
use crate::error::FanvueError;

const ENDPOINT: &str = "/posts";

/// Posts per page of the older family: the most that Fanvue allows.
pub const POSTS_PER_PAGE: u32 = 50;

/// A page of the older family, but for its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostPage {
    /// how many posts are on it
    pub posts: u32,
    /// whether another page follows
    pub has_more: bool,
}

#[derive(Deserialize)]
struct Counted {
    total: Option<i64>,
}

#[derive(Deserialize)]
struct Numbered {
    data: Vec<IgnoredAny>,
    pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    has_more: bool,
}

impl<P: Platform> FanvueClient<'_, P> {
    /// The number of posts as `/v1` tells it; `None` where it tells none.
    ///
    /// # Errors
    /// [`FanvueError`]; [`FanvueError::NotFound`] where there is no `/v1`.
    pub async fn post_total(&self, account: Account) -> Result<Answer<Option<i64>>, FanvueError> {
        let prefix = Family::V1.prefix();
        let path = format!("{prefix}{}?size=1", account.path(ENDPOINT));
        let answer: Answer<Counted> = self.get(account.bucket(), ENDPOINT, &path).await?;
        Ok(answer.map(|counted| counted.total.filter(|total| *total >= 0)))
    }

    /// Looks at one page of the older family, from 1.
    ///
    /// # Errors
    /// [`FanvueError`]
    pub async fn post_page(
        &self,
        account: Account,
        page: u32,
    ) -> Result<Answer<PostPage>, FanvueError> {
        let path = format!(
            "{}?page={page}&size={POSTS_PER_PAGE}",
            account.path(ENDPOINT)
        );
        let answer: Answer<Numbered> = self.get(account.bucket(), ENDPOINT, &path).await?;
        Ok(answer.map(|numbered| PostPage {
            posts: u32::try_from(numbered.data.len()).unwrap_or(u32::MAX),
            has_more: numbered.pagination.has_more,
        }))
    }
}
