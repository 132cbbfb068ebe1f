//! `GET …/insights/subscribers`: starts and ends per UTC day, newest first.
//!
//! The time part of both bounds is ignored, `endDate`'s day is not included, and `total` is the
//! net change since the first day of the range. Days on which nothing happened have no row.

use http::StatusCode;
use serde::Serialize;

use crate::clock::Micros;
use crate::cursor::{Cursor, Walk};
use crate::endpoints::Call;
use crate::endpoints::pages::CursorPage;
use crate::exchange::ApiResponse;
use crate::problem::Problem;
use crate::query::Query;

const DEFAULT_SIZE: usize = 20;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscriberDayRow {
    date: Micros,
    total: i64,
    new_subscribers_count: u32,
    cancelled_subscribers_count: u32,
}

pub(super) fn answer(call: Call<'_>, mut query: Query) -> Result<ApiResponse, Problem> {
    let window = query.window();
    let size = query.size(DEFAULT_SIZE);
    let cursor = query.cursor(Walk::SubscriberDays);
    query.finish()?;

    let days = window.start.day()..window.end.day().min(call.now.day() + 1);
    let mut total = 0;
    let mut rows: Vec<SubscriberDayRow> = Vec::new();
    for day in call.account.audience.days() {
        let is_told = call
            .account
            .audience
            .told_from
            .is_none_or(|first| first <= day.day);
        if !is_told || !days.contains(&day.day) {
            continue;
        }
        total += i64::from(day.started) - i64::from(day.ended);
        rows.push(SubscriberDayRow {
            date: Micros::start_of_day(day.day),
            total,
            new_subscribers_count: day.started,
            cancelled_subscribers_count: day.ended,
        });
    }
    if let Some(cursor) = cursor {
        rows.retain(|row| row.date.0 < cursor.place);
    }
    let remaining = rows.len();
    let data: Vec<SubscriberDayRow> = rows.into_iter().rev().take(size).collect();
    let last = data.last().filter(|_| remaining > size);
    let next_cursor = last.map(|row| Cursor::new(row.date.0, 0).encode(Walk::SubscriberDays));
    let page = CursorPage {
        data,
        next_cursor,
        total: None,
    };
    Ok(ApiResponse::json(StatusCode::OK, &page))
}
