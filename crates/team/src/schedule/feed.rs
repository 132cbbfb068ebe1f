//! Fanvue's own posts confirm planned ones.
//!
//! A model's feed is read only while a plan of it is open: from [`EARLIEST`] before its time until it
//! was read once after [`LATEST`] had passed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tidemark_connections::{Caller, ConnectionError, budget};
use tidemark_domain::{AgencyId, ConnectionId, Instant, ModelId};
use tidemark_fanvue::Account;
use tidemark_fanvue::posts::Post;
use tidemark_jobs::StepBudget;
use tidemark_jobs::tally::Tally;
use tidemark_ports::{Platform, Row, Sql, SqlError};
use uuid::Uuid;

use super::matching::{EARLIEST, LATEST, pairs};
use crate::check::{BACKLOG, TeamSettings, json_of};

/// A feed is read no further, however many posts there are: 1,000.
const MOST_PAGES: u32 = 20;

/// A model with an open plan.
struct OpenModel {
    agency: AgencyId,
    model: ModelId,
    connection: ConnectionId,
    own_account: bool,
    /// the grant works; else nothing can be known and plans are judged as they are
    is_connected: bool,
    plans: Vec<OpenPlan>,
    used_posts: Vec<Uuid>,
}

/// A plan that no post of Fanvue has confirmed; a person may have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenPlan {
    post_plan_id: Uuid,
    planned_at: Instant,
}

#[derive(Serialize)]
struct Confirmation {
    agency_id: AgencyId,
    model_id: ModelId,
    post_plan_id: Uuid,
    fanvue_post_id: Option<Uuid>,
    published_at: Option<Instant>,
}

/// Confirms open plans; returns as `agency/model` whose posts could not be read just now.
///
/// # Errors
/// When a statement fails. What Fanvue refuses is noted in the tally.
pub async fn confirm<P: Platform>(
    platform: &P,
    settings: &TeamSettings,
    (agency, step): (Option<AgencyId>, StepBudget),
    tally: &mut Tally,
) -> Result<Vec<String>, SqlError> {
    let mut unread = Vec::new();
    for open in open_models(platform, agency).await? {
        if !open.is_connected {
            continue;
        }
        let part = tally.of(open.agency);
        part.progress.total += 1;
        let mut caller = Caller::new(
            platform,
            &settings.connections,
            (open.agency, open.connection),
            Account::of(open.model, open.own_account),
            step.deadline(),
        );
        let read_at = platform.now();
        let posts = if step.is_used_up(read_at) {
            Err(ConnectionError::Paused(read_at))
        } else {
            open.posts(&mut caller).await
        };
        part.api_calls += caller.take_calls();
        if let Some(reading) = caller.reading() {
            let id = (open.agency, open.connection);
            budget::store_reading(platform, id, reading, platform.now()).await?;
        }
        match posts {
            Ok(posts) => {
                part.progress.completed += 1;
                open.store(platform, &posts, read_at).await?;
            }
            Err(ConnectionError::Database(error)) => return Err(error),
            // Somebody must connect the account again: until then nobody can know.
            Err(ConnectionError::Reconnect(_)) => {}
            Err(error) => {
                unread.push(format!("{}/{}", open.agency, open.model));
                if matches!(error, ConnectionError::Paused(_)) {
                    part.left_over += 1;
                } else {
                    let message = error.to_string();
                    part.note((open.agency, Some(open.model)), error.code(), message);
                }
            }
        }
    }
    Ok(unread)
}

async fn open_models<P: Platform>(
    platform: &P,
    agency: Option<AgencyId>,
) -> Result<Vec<OpenModel>, SqlError> {
    let now = platform.now();
    let parameters = [
        agency.into(),
        now.plus(EARLIEST).into(),
        now.minus(BACKLOG).into(),
        micros(LATEST).into(),
        micros(EARLIEST).into(),
    ];
    let rows = platform
        .query(include_str!("../sql/open_plans.sql"), &parameters)
        .await?;
    rows.iter().map(OpenModel::read).collect()
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).expect("invariant: hours fit into microseconds")
}

impl OpenModel {
    fn read(row: &Row) -> Result<Self, SqlError> {
        Ok(Self {
            agency: AgencyId::new(row.get(0)?),
            model: ModelId::new(row.get(1)?),
            connection: ConnectionId::new(row.get(2)?),
            own_account: row.get(3)?,
            is_connected: row.get(4)?,
            plans: row.json(5)?,
            used_posts: row.json(6)?,
        })
    }

    /// The posts that may confirm a plan.
    async fn posts<P: Platform>(
        &self,
        caller: &mut Caller<'_, P>,
    ) -> Result<Vec<Post>, ConnectionError> {
        let account = caller.account();
        let planned = self.plans.iter().map(|plan| plan.planned_at);
        let since = planned.min().map(|earliest| earliest.minus(EARLIEST));
        let mut found = Vec::new();
        for page in 1..=MOST_PAGES {
            let answer = caller.call(async |client| client.posts(account, page).await);
            let (posts, has_more) = answer.await?;
            let is_past = |post: &Post| !post.is_pinned && Some(post.published_at) < since;
            let went_past = posts.iter().any(is_past);
            found.extend(posts);
            if !has_more || went_past {
                break;
            }
        }
        found.retain(|post| !self.used_posts.contains(&post.uuid));
        // A feed that moves while it is read shows a post twice.
        found.sort_unstable_by_key(|post| post.uuid);
        found.dedup_by_key(|post| post.uuid);
        Ok(found)
    }

    async fn store(
        &self,
        sql: &impl Sql,
        posts: &[Post],
        read_at: Instant,
    ) -> Result<(), SqlError> {
        let plans: Vec<_> = self
            .plans
            .iter()
            .map(|plan| (plan.post_plan_id, plan.planned_at))
            .collect();
        let published: Vec<_> = posts
            .iter()
            .map(|post| (post.uuid, post.published_at))
            .collect();
        let paired = pairs(&plans, &published);
        let confirmations: Vec<Confirmation> = plans
            .iter()
            .map(|(plan, _)| {
                let post = paired.iter().find(|(paired, _)| paired == plan);
                let post = post.and_then(|(_, uuid)| posts.iter().find(|post| post.uuid == *uuid));
                Confirmation {
                    agency_id: self.agency,
                    model_id: self.model,
                    post_plan_id: *plan,
                    fanvue_post_id: post.map(|post| post.uuid),
                    published_at: post.map(|post| post.published_at),
                }
            })
            .collect();
        let parameters = [json_of(&confirmations), read_at.into()];
        let confirmed = sql
            .query(include_str!("../sql/confirm_plans.sql"), &parameters)
            .await;
        match confirmed {
            // Another step confirmed with the same post a moment ago: the next one looks again.
            Err(SqlError::Refused { code, .. }) if code == "23505" => Ok(()),
            other => other.map(drop),
        }
    }
}
