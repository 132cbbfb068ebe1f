//! `GET /insights/spending`: refunds and chargebacks of the unversioned family, without any id.

use http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::clock::Micros;
use crate::cursor::Walk;
use crate::endpoints::Call;
use crate::endpoints::pages::{CursorPage, key_of, take_rows};
use crate::exchange::ApiResponse;
use crate::fans::FanReference;
use crate::ledger::{NewestFirst, Row};
use crate::problem::Problem;
use crate::query::Query;
use crate::source::{Currency, Source};

const DEFAULT_SIZE: usize = 20;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReversalRow<'world> {
    date: Micros,
    gross: i64,
    net: i64,
    currency: Option<Currency>,
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_uuid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_uuid: Option<Uuid>,
    user: Option<FanReference<'world>>,
}

pub(super) fn answer(call: Call<'_>, mut query: Query) -> Result<ApiResponse, Problem> {
    let window = call.until_now(query.window());
    let size = query.size(DEFAULT_SIZE);
    let wanted = query.sources(Source::is_reversal);
    let cursor = query.cursor(Walk::Spending);
    query.finish()?;

    let mut walk = NewestFirst::new(&[], call.account.ledger.reversals(window));
    if let Some(cursor) = cursor {
        walk = walk.after(key_of(cursor));
    }
    let rows = walk.filter(|row| {
        wanted
            .as_ref()
            .is_none_or(|sources| sources.contains(&row.source))
    });
    let (rows, next_cursor) = take_rows(rows, size, Walk::Spending);
    let page = CursorPage {
        data: rows.into_iter().map(|row| row_of(call, row)).collect(),
        next_cursor,
        total: None,
    };
    Ok(ApiResponse::json(StatusCode::OK, &page))
}

fn row_of<'world>(call: Call<'world>, row: &Row) -> ReversalRow<'world> {
    let is_top_spender = row.fan.is_some_and(|fan| call.account.is_top_spender(fan));
    ReversalRow {
        date: row.key.occurred_at,
        gross: row.gross_cents,
        net: row.net_cents,
        currency: row.currency,
        source: row.source,
        message_uuid: row.message_uuid(call.world.identifiers),
        post_uuid: call.account.post_of(row),
        user: row
            .fan(&call.world.fans)
            .map(|fan| fan.long_reference(is_top_spender)),
    }
}
