//! `GET /api/team/alerts`: what there was to tell, and whether it arrived.

use std::time::Duration;

use serde_json::Value;
use tidemark_api::{ApiError, Response};
use tidemark_domain::Instant;
use tidemark_ports::{Platform, SqlError};

use super::planned::zone;
use super::reading::{Query, cursor_after};
use super::{Asked, listed};

/// A list without bounds begins so long ago.
const BEFORE: Duration = Duration::from_hours(35 * 24);

pub(super) async fn list<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    let query = Query::of(asked.request, &["from", "to", "cursor", "limit"])?;
    let zone = zone(asked).await?;
    let to = query.bound("to", &zone, true)?;
    let to = to.unwrap_or_else(|| asked.now.plus(Duration::from_secs(1)));
    let from = query.bound("from", &zone, false)?;
    let from = from.unwrap_or_else(|| to.minus(BEFORE));
    if from > to {
        return Err(ApiError::bad_parameter("from", "from must not be after to"));
    }
    let (limit, place) = (query.limit()?, query.cursor()?);
    let (at, key) = place.unzip();
    let parameters = [
        asked.caller.agency.into(),
        from.into(),
        to.into(),
        at.into(),
        key.into(),
        (limit + 1).into(),
    ];
    let rows = asked
        .platform
        .query(include_str!("../sql/list_alerts.sql"), &parameters)
        .await?;
    let alerts = rows
        .iter()
        .map(|row| Ok((row.json(0)?, row.get(1)?, row.get(2)?)));
    let mut alerts: Vec<(Value, Instant, String)> = alerts.collect::<Result<_, SqlError>>()?;
    let page_length = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = alerts.len() > page_length;
    alerts.truncate(page_length);
    let last = alerts.last().filter(|_| has_more);
    let next_cursor = last.map(|(_, at, key)| cursor_after(*at, key));
    let alerts: Vec<Value> = alerts.into_iter().map(|(alert, _, _)| alert).collect();
    let body = listed("alerts", &alerts, next_cursor.as_deref());
    Ok(asked.tenant_json(&body))
}
