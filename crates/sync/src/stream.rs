//! Reading the state of a leased stream back.

use tidemark_domain::Instant;
use tidemark_fanvue::Family;
use tidemark_jobs::Lease;
use tidemark_ports::{Sql, SqlError, sql::only_row};

use crate::plan::{StreamState, Walk};

/// The state of a leased stream.
///
/// # Errors
/// When the statement fails.
pub async fn load_stream(sql: &impl Sql, lease: Lease) -> Result<StreamState, SqlError> {
    let parameters = [lease.agency.into(), lease.model.into()];
    let row = only_row(
        sql.query(include_str!("sql/load_stream.sql"), &parameters)
            .await?,
    )?;
    let (from, to): (Option<Instant>, Option<Instant>) = (row.get(0)?, row.get(1)?);
    let walk = match (from, to) {
        (Some(from), Some(to)) => Some(Walk {
            from,
            to,
            cursor: row.get(2)?,
            carry: row.json(3)?,
        }),
        _ => None,
    };
    let family: Option<String> = row.get(6)?;
    Ok(StreamState {
        walk,
        proven_until: row.get(4)?,
        full_read_at: row.get(5)?,
        family: family.as_deref().and_then(Family::from_word),
    })
}
