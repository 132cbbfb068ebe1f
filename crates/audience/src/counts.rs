//! Storing an observation: the present counts, the day's level, the proof of freshness.

use tidemark_domain::{ConnectionId, Instant, LocalDay};
use tidemark_fanvue::RateReading;
use tidemark_fanvue::audience::AudienceCounts;
use tidemark_jobs::Lease;
use tidemark_ports::{Sql, SqlError, sql::only_row};

/// What was counted of one model.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// subscribers and followers
    pub audience: AudienceCounts,
    /// `None` where Fanvue has no count: managed creators
    pub unread_messages: Option<i64>,
    /// when it was counted
    pub observed_at: Instant,
    /// the agency's local day of that instant
    pub day: LocalDay,
    /// the grant that was used, and what the headers said
    pub rate: (ConnectionId, Option<RateReading>),
}

/// Stores an observation under its lease; `false` when the lease was lost and nothing was written.
///
/// # Errors
/// When the statement fails; then nothing was stored.
pub async fn store(
    sql: &impl Sql,
    lease: Lease,
    observation: Observation,
) -> Result<bool, SqlError> {
    let (connection, reading) = observation.rate;
    let rows = sql
        .query(
            include_str!("sql/store_counts.sql"),
            &[
                lease.agency.into(),
                lease.model.into(),
                lease.token.into(),
                observation.observed_at.into(),
                observation.audience.subscribers.into(),
                observation.audience.followers.into(),
                observation.unread_messages.into(),
                connection.into(),
                reading.map(|reading| reading.bucket.name()).into(),
                reading.map(|reading| reading.capacity).into(),
                reading.map(|reading| reading.remaining).into(),
                reading.map(|reading| reading.resets_at).into(),
                observation.day.to_string().into(),
            ],
        )
        .await?;
    only_row(rows)?.get(0)
}
