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

/// Changes the zone of an agency's local days; `false` when there is no such agency. Its figures are
/// right at once; their roll-ups are built by the next steps of stats-refresh.
///
/// # Errors
/// When the statement fails.
pub async fn set_zone(
    sql: &impl Sql,
    agency: AgencyId,
    zone: &Zone,
    now: Instant,
) -> Result<bool, SqlError> {
    let statement = include_str!("sql/set_zone.sql");
    let parameters = [agency.into(), zone.name().into(), now.into()];
    Ok(!sql.query(statement, &parameters).await?.is_empty())
}

/// The agencies and their zones.
///
/// # Errors
/// When the statement fails.
pub async fn zones(sql: &impl Sql) -> Result<Vec<(AgencyId, String)>, SqlError> {
    let statement = "select agency_id, timezone from agencies order by agency_id";
    let rows = sql.query(statement, &[]).await?;
    rows.iter()
        .map(|row| Ok((AgencyId::new(row.get(0)?), row.get(1)?)))
        .collect()
}

/// Whether the agency exists.
///
/// # Errors
/// When the statement fails.
pub async fn exists(sql: &impl Sql, agency: AgencyId) -> Result<bool, SqlError> {
    let statement = "select 1::bigint from agencies where agency_id = $1";
    Ok(!sql.query(statement, &[agency.into()]).await?.is_empty())
}
