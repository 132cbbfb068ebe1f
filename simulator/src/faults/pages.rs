//! Pages that come twice, in disorder or without their rows.

use http::StatusCode;
use serde_json::{Value, json};

use crate::cursor::Cursor;
use crate::exchange::ApiResponse;
use crate::faults::FaultSubject;
use crate::query::Query;
use crate::randomness::Randomness;

/// Lets the page's cursor lead to the page itself.
pub(super) fn duplicate(subject: &FaultSubject, query: &str, response: &mut ApiResponse) -> bool {
    with_page(response, |page| {
        let has_rows = !rows_of(page)?.is_empty();
        page["nextCursor"] = json!(same_page(subject, query)?);
        Some(has_rows)
    })
}

/// Takes the rows away; the cursor leads to them.
pub(super) fn empty(subject: &FaultSubject, query: &str, response: &mut ApiResponse) -> bool {
    with_page(response, |page| {
        rows_of(page)?.clear();
        page["nextCursor"] = json!(same_page(subject, query)?);
        Some(true)
    })
}

/// Puts the rows into another order.
pub(super) fn shuffle(response: &mut ApiResponse, randomness: &mut Randomness) -> bool {
    with_page(response, |page| {
        let rows = rows_of(page)?;
        let before = rows.clone();
        for last in (1..rows.len()).rev() {
            rows.swap(last, randomness.position(last + 1));
        }
        if *rows == before {
            rows.reverse();
        }
        Some(*rows != before)
    })
}

/// Changes a page of rows; `None` and `false` leave it as it was.
pub(super) fn with_page(
    response: &mut ApiResponse,
    change: impl FnOnce(&mut Value) -> Option<bool>,
) -> bool {
    if response.status != StatusCode::OK {
        return false;
    }
    let Some(mut page) = response.json_body() else {
        return false;
    };
    let is_changed = change(&mut page).unwrap_or(false);
    if is_changed {
        response.body = page.to_string().into_bytes();
    }
    is_changed
}

pub(super) fn rows_of(page: &mut Value) -> Option<&mut Vec<Value>> {
    page.get_mut("data")?.as_array_mut()
}

/// Another cursor that leads to the page that was asked for.
fn same_page(subject: &FaultSubject, query: &str) -> Option<String> {
    let walk = subject.target.walk()?;
    let asked = match Query::parse(query).text("cursor") {
        Some(text) => Cursor::decode(text, walk)?,
        None => Cursor::START,
    };
    Some(asked.detour().encode(walk))
}
