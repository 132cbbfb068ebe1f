//! What lists of shifts and of planned posts have in common.

use std::time::Duration;

use serde_json::Value;
use tidemark_api::{ApiError, Response};
use tidemark_domain::{Instant, Zone};
use tidemark_ports::{Platform, SqlError, sql::only_row};
use uuid::Uuid;

use super::reading::{Query, cursor_after};
use super::{Asked, listed, missing};
use crate::check::zone_of;

/// What is listed.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    name: &'static str,
    statement: &'static str,
}

pub(super) const SHIFTS: Kind = Kind {
    name: "shifts",
    statement: include_str!("../sql/list_shifts.sql"),
};

pub(super) const POSTS: Kind = Kind {
    name: "posts",
    statement: include_str!("../sql/list_posts.sql"),
};

/// A list without bounds begins a week ago and ends in four.
const BEFORE: Duration = Duration::from_hours(7 * 24);
const AFTER: Duration = Duration::from_hours(28 * 24);

/// The time and the id of the last entry of the page before.
type Place = (Instant, Uuid);

pub(super) async fn zone<P: Platform>(asked: &Asked<'_, P>) -> Result<Zone, ApiError> {
    let statement = "select timezone from agencies where agency_id = $1";
    let rows = asked
        .platform
        .query(statement, &[asked.caller.agency.into()])
        .await?;
    Ok(zone_of(&only_row(rows)?.get::<String>(0)?)?)
}

pub(super) async fn list<P: Platform>(
    asked: &Asked<'_, P>,
    kind: Kind,
) -> Result<Response, ApiError> {
    let names = ["from", "to", "memberId", "modelId", "cursor", "limit"];
    let query = Query::of(asked.request, &names)?;
    let zone = zone(asked).await?;
    let from = query.bound("from", &zone, false)?;
    let to = query.bound("to", &zone, true)?;
    let bounds = (
        from.unwrap_or_else(|| to.map_or(asked.now, |to| to.minus(AFTER)).minus(BEFORE)),
        to.unwrap_or_else(|| from.unwrap_or(asked.now).plus(AFTER)),
    );
    if bounds.0 > bounds.1 {
        return Err(ApiError::bad_parameter("from", "from must not be after to"));
    }
    let scope = (query.id("memberId")?, query.id("modelId")?);
    // An id of another agency is not found, as in a path.
    require_known(asked, scope.0, scope.1)
        .await
        .map_err(|error| match error.status() {
            http::StatusCode::BAD_REQUEST => ApiError::not_found(error.message().to_owned()),
            _ => error,
        })?;
    let limit = query.limit()?;
    let place = query.cursor()?;
    let place = place
        .map(|(at, id)| Ok((at, id.parse()?)))
        .transpose()
        .map_err(|_: uuid::Error| {
            ApiError::bad_parameter("cursor", "must be the nextCursor of the page before")
        })?;
    let mut items = read(asked, kind, (None, bounds, scope), (place, limit + 1)).await?;
    let page_length = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > page_length;
    items.truncate(page_length);
    let next = items.last().filter(|_| has_more);
    let next_cursor = next.map(|(_, (at, id))| cursor_after(*at, id));
    let items: Vec<Value> = items.into_iter().map(|(item, _)| item).collect();
    let body = listed(kind.name, &items, next_cursor.as_deref());
    Ok(asked.tenant_json(&body))
}

pub(super) async fn show<P: Platform>(
    asked: &Asked<'_, P>,
    kind: Kind,
    id: Uuid,
) -> Result<Response, ApiError> {
    Ok(asked.tenant_json(&one(asked, kind, id).await?))
}

pub(super) async fn one<P: Platform>(
    asked: &Asked<'_, P>,
    kind: Kind,
    id: Uuid,
) -> Result<Value, ApiError> {
    let all_time = (
        Instant::from_micros(0),
        Instant::from_micros(i64::from(i32::MAX) * 2_000_000),
    );
    let items = read(asked, kind, (Some(id), all_time, (None, None)), (None, 1)).await?;
    let item = items.into_iter().next().map(|(item, _)| item);
    item.ok_or_else(|| missing(&id))
}

type Scope = (
    Option<Uuid>,
    (Instant, Instant),
    (Option<Uuid>, Option<Uuid>),
);

async fn read<P: Platform>(
    asked: &Asked<'_, P>,
    kind: Kind,
    (id, (from, to), (member, model)): Scope,
    (place, limit): (Option<Place>, i64),
) -> Result<Vec<(Value, Place)>, ApiError> {
    let parameters = [
        asked.caller.agency.into(),
        id.into(),
        from.into(),
        to.into(),
        member.into(),
        model.into(),
        place.map(|(at, _)| at).into(),
        place.map(|(_, id)| id).into(),
        limit.into(),
    ];
    let rows = asked.platform.query(kind.statement, &parameters).await?;
    let items = rows
        .iter()
        .map(|row| Ok((row.json(0)?, (row.get(1)?, row.get(2)?))));
    Ok(items.collect::<Result<_, SqlError>>()?)
}

/// Whether member and model are the caller's.
pub(super) async fn require_known<P: Platform>(
    asked: &Asked<'_, P>,
    member: Option<Uuid>,
    model: Option<Uuid>,
) -> Result<(), ApiError> {
    let parameters = [asked.caller.agency.into(), member.into(), model.into()];
    let rows = asked
        .platform
        .query(include_str!("../sql/known.sql"), &parameters)
        .await?;
    let row = only_row(rows)?;
    for (column, field) in [(0, "memberId"), (1, "modelId")] {
        if !row.get::<bool>(column)? {
            let message = format!("{field} names nothing in this agency");
            return Err(ApiError::bad_parameter(field, message));
        }
    }
    Ok(())
}

/// What the database refuses of a plan.
pub(super) fn refused(error: &SqlError) -> ApiError {
    match error {
        SqlError::Refused { code, message } if code == "TM002" => {
            ApiError::conflict(format!("the member has shifts at that time: {message}"))
        }
        SqlError::Refused { code, .. } if code == "23514" => ApiError::bad_parameter(
            "endsAt",
            "endsAt must be after startsAt, by at most 24 hours",
        ),
        _ => ApiError::database(error),
    }
}
