//! Conditions that last: data that grew stale, and a connection that must be made again. One alert
//! for each episode, whatever the number of checks that see it.

use std::time::Duration;

use serde::Serialize;
use tidemark_domain::{AgencyId, Instant};
use tidemark_ports::{Row, Sql, SqlError};
use uuid::Uuid;

use crate::check::{json_of, zone_of};

/// Four missed syncs: a page shows `stale` earlier, but nobody is woken up for a short outage.
pub const STALE_AFTER: Duration = Duration::from_hours(1);

#[derive(Serialize)]
struct Condition {
    agency_id: AgencyId,
    kind: String,
    subject: Uuid,
    title: String,
    detail: String,
}

/// Opens an episode, with its alert, for every condition that holds and has none open, and closes
/// those that are over.
///
/// # Errors
/// When a statement fails; then nothing was changed.
pub async fn follow(
    sql: &impl Sql,
    agency: Option<AgencyId>,
    now: Instant,
) -> Result<(), SqlError> {
    let parameters = [agency.into(), now.minus(STALE_AFTER).into()];
    let rows = sql
        .query(include_str!("../sql/conditions.sql"), &parameters)
        .await?;
    let conditions = rows.iter().map(condition).collect::<Result<Vec<_>, _>>()?;
    let parameters = [agency.into(), now.into(), json_of(&conditions)];
    sql.query(include_str!("../sql/follow_episodes.sql"), &parameters)
        .await
        .map(drop)
}

fn condition(row: &Row) -> Result<Condition, SqlError> {
    let (kind, name): (String, String) = (row.get(1)?, row.get(3)?);
    let (title, detail) = if kind == "stale_data" {
        let zone = zone_of(&row.get::<String>(5)?)?;
        let since = zone.wall_clock(row.get(4)?);
        (
            format!("The figures of @{name} are out of date"),
            format!("Sales are known up to {since} ({}).", zone.name()),
        )
    } else {
        (
            "A Fanvue account must be connected again".to_owned(),
            format!("Nothing is read from Fanvue for {name} until somebody connects it again."),
        )
    };
    Ok(Condition {
        agency_id: AgencyId::new(row.get(0)?),
        kind,
        subject: row.get(2)?,
        title,
        detail,
    })
}
