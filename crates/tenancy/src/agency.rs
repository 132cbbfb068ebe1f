//! Agencies.

use tidemark_domain::{AgencyId, Instant, Zone};
use tidemark_ports::{Sql, SqlError};

/// Adds an agency whose local days are those of `zone`.
///
/// # Errors
/// When the statement fails, for example because the id is taken or the name is empty.
pub async fn create(
    sql: &impl Sql,
    agency: AgencyId,
    name: &str,
    zone: &Zone,
    now: Instant,
) -> Result<(), SqlError> {
    sql.query(
        include_str!("sql/create_agency.sql"),
        &[agency.into(), name.into(), zone.name().into(), now.into()],
    )
    .await
    .map(drop)
}

/// Whether the agency exists.
///
/// # Errors
/// When the statement fails.
pub async fn exists(sql: &impl Sql, agency: AgencyId) -> Result<bool, SqlError> {
    let statement = "select 1::bigint from agencies where agency_id = $1";
    Ok(!sql.query(statement, &[agency.into()]).await?.is_empty())
}
