//! `GET …/insights/earnings`: the ledger, newest first, in one of three shapes.

use std::time::Duration;

use http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::clock::Micros;
use crate::cursor::Walk;
use crate::endpoints::Call;
use crate::endpoints::pages::{CursorPage, key_of, take_rows};
use crate::exchange::ApiResponse;
use crate::fans::FanReference;
use crate::ledger::{NewestFirst, Row, order_id};
use crate::problem::Problem;
use crate::query::Query;
use crate::source::{Currency, Source};
use crate::switches::Shape;

const DEFAULT_SIZE: usize = 20;
/// How long a row waits before it can be paid out.
const PENDING: Duration = Duration::from_hours(7 * 24);

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EarningsRow<'world> {
    date: Micros,
    gross: i64,
    net: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    currency: Option<Currency>,
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_order_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reversed_transaction_order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_uuid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_uuid: Option<Uuid>,
    user: Option<FanReference<'world>>,
}

pub(super) fn answer(call: Call<'_>, mut query: Query) -> Result<ApiResponse, Problem> {
    let shape = call
        .world
        .switches
        .row_shape(call.family, call.account.shape);
    let window = call.until_now(query.window());
    let size = query.size(DEFAULT_SIZE);
    let wanted = query.sources(|source| shape.serves(source));
    let cursor = query.cursor(Walk::Earnings);
    query.finish()?;

    let ledger = &call.account.ledger;
    let reversals: &[Row] = if shape.serves(Source::Refund) {
        ledger.reversals(window)
    } else {
        &[]
    };
    let mut walk = NewestFirst::new(ledger.sales(window), reversals);
    if let Some(cursor) = cursor {
        walk = walk.after(key_of(cursor));
    }
    let rows = walk.filter(|row| {
        let is_wanted = wanted
            .as_ref()
            .is_none_or(|sources| sources.contains(&row.source));
        is_wanted && shape.serves(row.source)
    });
    let (rows, next_cursor) = take_rows(rows, size, Walk::Earnings);
    let page = CursorPage {
        data: rows
            .into_iter()
            .map(|row| row_of(call, row, shape))
            .collect(),
        next_cursor,
        total: None,
    };
    Ok(ApiResponse::json(StatusCode::OK, &page))
}

fn row_of<'world>(call: Call<'world>, row: &Row, shape: Shape) -> EarningsRow<'world> {
    let has_ids = shape != Shape::Feb2026;
    let is_v1 = shape == Shape::V1;
    let identifiers = call.world.identifiers;
    let message_uuid = row.message_uuid(identifiers);
    let post_uuid = call.account.post_of(row);
    let has_subject = has_ids && !row.source.is_reversal();
    EarningsRow {
        date: row.key.occurred_at,
        gross: row.gross_cents,
        net: row.net_cents,
        total: is_v1.then_some(row.total_cents),
        currency: row.currency,
        source: row.source,
        transaction_order_id: row.order_id().filter(|_| has_ids),
        transaction_order_status: has_ids.then(|| status_of(row, call.now)),
        reversed_transaction_order_id: row.reverses.map(order_id),
        message_uuid: message_uuid.filter(|_| has_subject),
        post_uuid: post_uuid.filter(|_| has_subject),
        user: fan_of(call, row, shape),
    }
}

fn status_of(row: &Row, now: Micros) -> &'static str {
    if row.key.occurred_at.plus(PENDING) > now {
        "pendingBalance"
    } else {
        "availableForPayout"
    }
}

/// Unversioned rows carry the long form of the fan, as the vendor's examples do.
fn fan_of<'world>(call: Call<'world>, row: &Row, shape: Shape) -> Option<FanReference<'world>> {
    let fan = row.fan(&call.world.fans)?;
    let is_top_spender = call.account.is_top_spender(row.fan?);
    Some(match shape {
        Shape::Unversioned => fan.long_reference(is_top_spender),
        Shape::Feb2026 | Shape::V1 => fan.short_reference(is_top_spender),
    })
}
