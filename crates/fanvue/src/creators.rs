//! Who the grant belongs to, and which creators it manages.
//!
//! Source: <https://api.fanvue.com/docs/api-reference> (`/users/me`, `/creators`).

use serde::Deserialize;
use tidemark_domain::ModelId;
use tidemark_ports::Platform;
use uuid::Uuid;

use crate::client::{Answer, FanvueClient};
use crate::error::FanvueError;
use crate::rate::Bucket;

/// The owner of a grant.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// the user's UUID; also the creator's when `is_creator`
    pub uuid: Uuid,
    /// public handle
    pub handle: String,
    /// name for people
    pub display_name: String,
    /// whether this account sells itself
    #[serde(default)]
    pub is_creator: bool,
}

/// A creator that the grant manages.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ManagedCreator {
    /// the creator's UUID
    pub uuid: ModelId,
    /// public handle
    pub handle: String,
    /// name for people
    pub display_name: String,
}

#[derive(Deserialize)]
struct CreatorsPage {
    data: Vec<ManagedCreator>,
    pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    has_more: bool,
}

impl<P: Platform> FanvueClient<'_, P> {
    /// Who the token belongs to.
    ///
    /// # Errors
    /// [`FanvueError`]
    pub async fn principal(&self) -> Result<Answer<Principal>, FanvueError> {
        self.get(Bucket::Principal, "/users/me", "/users/me").await
    }

    /// One page of managed creators, from page 1 on, and whether there are more. Grants that are
    /// not an agency's answer [`FanvueError::Forbidden`].
    ///
    /// # Errors
    /// [`FanvueError`]
    pub async fn managed_creators(
        &self,
        page: u32,
    ) -> Result<Answer<(Vec<ManagedCreator>, bool)>, FanvueError> {
        let path = format!("/creators?page={page}&size=50");
        let answer: Answer<CreatorsPage> = self.get(Bucket::Principal, "/creators", &path).await?;
        Ok(answer.map(|page| (page.data, page.pagination.has_more)))
    }
}
