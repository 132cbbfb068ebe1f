//! Storing what a visit found: counts with their age, the day's level, events, levels of the past.

use tidemark_domain::{ConnectionId, Instant, LocalDay};
use tidemark_fanvue::RateReading;
use tidemark_fanvue::audience::{AudienceCounts, SubscriberDay};
use tidemark_jobs::Lease;
use tidemark_ports::{Sql, SqlError, Value, sql::only_row};

use crate::state::Progress;

/// A count and when it was taken.
pub type Counted<T> = Option<(T, Instant)>;

/// What one visit found. What is `None` was not counted, or failed: then the old value stays, with
/// its age.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// subscribers and followers, with the agency's local day of that instant
    pub audience: Counted<(AudienceCounts, LocalDay)>,
    /// unread messages
    pub unread: Counted<i64>,
    /// number of posts
    pub posts: Counted<i64>,
    /// events of UTC days
    pub flows: Vec<SubscriberDay>,
    /// when the newest of them were read; `None` where only older ones were
    pub flows_at: Option<Instant>,
    /// levels that follow from events
    pub derived: Vec<DerivedLevel>,
}

/// A level of the past that was never seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DerivedLevel {
    /// local day of the agency
    pub day: LocalDay,
    /// subscribers
    pub subscribers: i64,
    /// the instant that it is the level of
    pub at: Instant,
}

/// Stores findings and progress under the lease; `false` when the lease was lost and nothing was
/// written. `reached` says whether any call succeeded; `rate` is the grant that was used, and what the
/// last answer's headers said.
///
/// # Errors
/// When the statement fails; then nothing was stored.
pub async fn store(
    sql: &impl Sql,
    lease: Lease,
    (found, progress, reached): (&Findings, &Progress, bool),
    rate: (ConnectionId, Option<RateReading>),
    now: Instant,
) -> Result<bool, SqlError> {
    let mut parameters = vec![
        lease.agency.into(),
        lease.model.into(),
        lease.token.into(),
        now.into(),
        json(progress),
    ];
    parameters.extend(counts(found));
    parameters.extend(series(found));
    let trouble = progress.troubles.values().next();
    parameters.push(trouble.map(|it| it.code.as_str()).into());
    parameters.push(trouble.map(|it| it.message.as_str()).into());
    let (connection, reading) = rate;
    parameters.push(connection.into());
    parameters.push(reading.map(|it| it.bucket.name()).into());
    parameters.push(reading.map(|it| it.capacity).into());
    parameters.push(reading.map(|it| it.remaining).into());
    parameters.push(reading.map(|it| it.resets_at).into());
    parameters.push(reached.into());
    let rows = sql
        .query(include_str!("sql/store.sql"), &parameters)
        .await?;
    only_row(rows)?.get(0)
}

fn json(progress: &Progress) -> Value {
    Value::Json(serde_json::to_vec(progress).expect("invariant: progress has only string keys"))
}

fn counts(found: &Findings) -> [Value; 8] {
    let audience = found.audience;
    let counts = audience.map(|((counts, _), _)| counts);
    [
        counts.map(|it| it.subscribers).into(),
        counts.map(|it| it.followers).into(),
        audience.map(|(_, at)| at).into(),
        audience.map(|((_, day), _)| day.to_string()).into(),
        found.unread.map(|(count, _)| count).into(),
        found.unread.map(|(_, at)| at).into(),
        found.posts.map(|(count, _)| count).into(),
        found.posts.map(|(_, at)| at).into(),
    ]
}

fn series(found: &Findings) -> [Value; 7] {
    let flows = &found.flows;
    let derived = &found.derived;
    [
        texts(flows.iter().map(|it| it.day)),
        numbers(flows.iter().map(|it| it.started)),
        numbers(flows.iter().map(|it| it.ended)),
        found.flows_at.into(),
        texts(derived.iter().map(|it| it.day)),
        numbers(derived.iter().map(|it| it.subscribers)),
        numbers(derived.iter().map(|it| it.at.micros())),
    ]
}

fn texts(days: impl Iterator<Item = LocalDay>) -> Value {
    days.map(|day| day.to_string()).collect::<Vec<_>>().into()
}

fn numbers(values: impl Iterator<Item = i64>) -> Value {
    values.collect::<Vec<_>>().into()
}
