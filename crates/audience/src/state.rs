//! What is known of one model's audience between steps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidemark_connections::ConnectionError;
use tidemark_domain::{Instant, LocalDay, Zone, backoff};
use tidemark_jobs::work::ModelWork;
use tidemark_ports::{Sql, SqlError, sql::only_row};

use crate::kind::Kind;
use crate::past::Past;
use crate::posts::PageSearch;
use crate::schedule;

/// The document of `sync_state.progress`, written by this job alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Progress {
    /// the zone whose days the history is kept by
    pub zone: Option<String>,
    /// the moments of the latest requests
    pub calls: Vec<Instant>,
    /// kinds that failed when they were asked last
    pub troubles: BTreeMap<Kind, Trouble>,
    /// levels of the past
    pub past: Past,
    /// where the number of posts is looked for
    pub posts: PageSearch,
    /// whether posts must be counted by page, because `/v1` does not tell their number
    pub posts_by_page: bool,
}

/// A kind that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// failures in a row
    pub attempts: u32,
    /// when it failed last
    pub failed_at: Instant,
    /// when a schedule tries it again
    pub not_before: Instant,
    /// a stable machine code
    pub code: String,
    /// a sentence for people
    pub message: String,
}

impl Progress {
    /// Notes a request.
    pub fn note_call(&mut self, now: Instant) {
        self.calls.push(now);
        let surplus = self.calls.len().saturating_sub(schedule::MOST_CALLS);
        self.calls.drain(..surplus);
    }

    /// Notes that a kind failed; it waits longer with each failure in a row.
    pub fn note_failure(&mut self, kind: Kind, error: &ConnectionError, seed: u128, now: Instant) {
        let before = self.troubles.get(&kind).map_or(0, |it| it.attempts);
        let attempts = before.saturating_add(1);
        let trouble = Trouble {
            attempts,
            failed_at: now,
            not_before: now.plus(backoff::MODEL.pause(attempts, now, seed)),
            code: error.code().to_owned(),
            message: format!("{}: {error}", kind.name()),
        };
        self.troubles.insert(kind, trouble);
    }
}

/// What the database holds of a model's audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// the job's own document
    pub progress: Progress,
    /// when subscribers and followers were counted last
    pub counted_at: Option<Instant>,
    /// when unread messages were counted last
    pub unread_at: Option<Instant>,
    /// when the events of today were read last
    pub flows_at: Option<Instant>,
    /// when posts were counted last
    pub posts_at: Option<Instant>,
    /// subscribers when they were counted last
    pub subscribers: Option<i64>,
    /// posts when they were counted last
    pub posts: Option<i64>,
    /// whether the local day before today has a level
    pub yesterday_is_known: bool,
    /// the newest local day before that one with a level
    pub known_before: Option<LocalDay>,
}

impl State {
    /// Reads the state of a model.
    ///
    /// # Errors
    /// When the statement fails, or the document is not this job's.
    pub async fn load(sql: &impl Sql, work: &ModelWork, now: Instant) -> Result<Self, SqlError> {
        let yesterday = work.zone.day_of(now).plus_days(-1);
        let parameters = [
            work.agency.into(),
            work.model.into(),
            yesterday.to_string().into(),
        ];
        let rows = sql
            .query(include_str!("sql/load_state.sql"), &parameters)
            .await?;
        let row = only_row(rows)?;
        let known_before: Option<String> = row.get(8)?;
        Ok(Self {
            progress: row.json(0)?,
            counted_at: row.get(1)?,
            unread_at: row.get(2)?,
            flows_at: row.get(3)?,
            posts_at: row.get(4)?,
            subscribers: row.get(5)?,
            posts: row.get(6)?,
            yesterday_is_known: row.get(7)?,
            known_before: known_before.and_then(|day| LocalDay::parse(&day).ok()),
        })
    }

    /// Whether a walk into the past should begin now.
    pub fn begins_walk(&self, now: Instant) -> bool {
        let today = Zone::utc().day_of(now);
        self.progress.past.begins(today, self.yesterday_is_known)
    }

    /// Whether something was never counted, or the past is still being read.
    pub fn is_catching_up(&self) -> bool {
        let reads_the_past = matches!(self.progress.past, Past::Unknown | Past::Walking(_));
        reads_the_past || self.posts_at.is_none() || self.flows_at.is_none()
    }
}
