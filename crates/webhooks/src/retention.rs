//! Events that were kept long enough.

use std::time::Duration;

use tidemark_domain::Instant;
use tidemark_ports::{Sql, SqlError};

/// How long an event is kept: longer than any known schedule of retries.
pub const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// Events that one call forgets at most.
const MOST_AT_ONCE: i64 = 5_000;

/// Forgets the oldest events that were kept long enough, a bounded number of them.
///
/// # Errors
/// When the statement fails.
pub async fn forget_old(sql: &impl Sql, now: Instant) -> Result<(), SqlError> {
    let parameters = [now.minus(KEPT_FOR).into(), MOST_AT_ONCE.into()];
    sql.query(include_str!("sql/forget_old.sql"), &parameters)
        .await
        .map(drop)
}
