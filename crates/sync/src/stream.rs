//! Reading the state of a leased stream back.

use tidemark_fanvue::Family;
use tidemark_jobs::Lease;
use tidemark_ports::{Sql, SqlError, sql::only_row};

use crate::state::StreamState;

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
    let family: Option<String> = row.get(3)?;
    Ok(StreamState {
        proven_since: row.get(0)?,
        proven_until: row.get(1)?,
        full_read_at: row.get(2)?,
        family: family.as_deref().and_then(Family::from_word),
        progress: row.json(4)?,
    })
}
