//! Fanvue's request buckets as all jobs and hosts share them.

use tidemark_domain::{AgencyId, ConnectionId, Instant};
use tidemark_fanvue::{Bucket, RateReading};
use tidemark_ports::{Sql, SqlError};

/// Requests of a bucket that are left for people and for what cannot wait.
pub const RESERVE: i64 = 5;

/// What is known of a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// what its headers last said
    pub reading: Option<RateReading>,
    /// the end of the pause that a 429 asked for
    pub paused_until: Option<Instant>,
}

impl Standing {
    /// Until when no request may be sent, if that lies in the future.
    pub fn closed_until(&self, now: Instant) -> Option<Instant> {
        let emptied = self
            .reading
            .filter(|reading| reading.remaining <= RESERVE.min(reading.capacity / 4))
            .map(|reading| reading.resets_at);
        emptied
            .into_iter()
            .chain(self.paused_until)
            .max()
            .filter(|until| *until > now)
    }
}

/// What is known of a bucket, by whoever asked last.
///
/// # Errors
/// When the statement fails.
pub async fn standing(
    sql: &impl Sql,
    (agency, connection): (AgencyId, ConnectionId),
    bucket: Bucket,
) -> Result<Standing, SqlError> {
    let parameters = [agency.into(), connection.into(), bucket.name().into()];
    let rows = sql
        .query(include_str!("sql/load_bucket.sql"), &parameters)
        .await?;
    let Some(row) = rows.first() else {
        return Ok(Standing::default());
    };
    Ok(Standing {
        reading: Some(RateReading {
            bucket,
            capacity: row.get(0)?,
            remaining: row.get(1)?,
            resets_at: row.get(2)?,
        }),
        paused_until: row.get(3)?,
    })
}

/// Tells everybody that a bucket is paused.
///
/// # Errors
/// When the statement fails.
pub async fn store_pause(
    sql: &impl Sql,
    (agency, connection): (AgencyId, ConnectionId),
    bucket: Bucket,
    until: Instant,
    now: Instant,
) -> Result<(), SqlError> {
    let parameters = [
        agency.into(),
        connection.into(),
        bucket.name().into(),
        until.into(),
        now.into(),
    ];
    sql.query(include_str!("sql/store_pause.sql"), &parameters)
        .await
        .map(drop)
}

/// Stores what an answer's headers said, where no statement of a job does so with its rows.
///
/// # Errors
/// When the statement fails.
pub async fn store_reading(
    sql: &impl Sql,
    (agency, connection): (AgencyId, ConnectionId),
    reading: RateReading,
    now: Instant,
) -> Result<(), SqlError> {
    let parameters = [
        agency.into(),
        connection.into(),
        reading.bucket.name().into(),
        reading.capacity.into(),
        reading.remaining.into(),
        reading.resets_at.into(),
        now.into(),
    ];
    sql.query(include_str!("sql/store_reading.sql"), &parameters)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: i64) -> Instant {
        Instant::from_micros(number * 1_000_000)
    }

    fn standing(remaining: i64, paused_until: Option<Instant>) -> Standing {
        let reading = RateReading {
            bucket: Bucket::Principal,
            capacity: 100,
            remaining,
            resets_at: second(60),
        };
        Standing {
            reading: Some(reading),
            paused_until,
        }
    }

    #[test]
    fn d120_callers_stop_at_the_reserve_until_the_bucket_is_full_again() {
        assert_eq!(standing(6, None).closed_until(second(1)), None);
        assert_eq!(standing(5, None).closed_until(second(1)), Some(second(60)));
        assert_eq!(standing(5, None).closed_until(second(60)), None);
    }

    #[test]
    fn a_pause_holds_whatever_the_headers_said() {
        let paused = standing(90, Some(second(70)));
        assert_eq!(paused.closed_until(second(1)), Some(second(70)));
        assert_eq!(paused.closed_until(second(70)), None);
        assert_eq!(Standing::default().closed_until(second(1)), None);
    }
}
