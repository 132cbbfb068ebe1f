//! The two ways Fanvue cuts a list: by cursor and by page number.

use serde::Serialize;

use crate::cursor::{Cursor, Walk};
use crate::ledger::{Row, RowKey};

/// `{data, nextCursor}`; the v1 lists of things have a `total` too.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CursorPage<Item> {
    pub(super) data: Vec<Item>,
    pub(super) next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<usize>,
}

/// `{data, pagination}`.
#[derive(Debug, Serialize)]
pub(super) struct NumberedPage<Item> {
    data: Vec<Item>,
    pagination: Pagination,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    page: usize,
    /// Rows in this answer, not the size asked for.
    size: usize,
    has_more: bool,
}

impl<Item> NumberedPage<Item> {
    /// Cuts page `page` (from 1) of `size` items out of a list.
    pub(super) fn cut(items: impl Iterator<Item = Item>, page: usize, size: usize) -> Self {
        let mut rest = items.skip((page - 1).saturating_mul(size));
        let data: Vec<Item> = rest.by_ref().take(size).collect();
        let pagination = Pagination {
            page,
            size: data.len(),
            has_more: rest.next().is_some(),
        };
        Self { data, pagination }
    }
}

/// The next `size` rows, and the cursor of the last one if any row follows.
pub(super) fn take_rows<'ledger>(
    mut rows: impl Iterator<Item = &'ledger Row>,
    size: usize,
    walk: Walk,
) -> (Vec<&'ledger Row>, Option<String>) {
    let page: Vec<&Row> = rows.by_ref().take(size).collect();
    let last = page.last().filter(|_| rows.next().is_some());
    let next_cursor = last.map(|row| cursor_after(row.key).encode(walk));
    (page, next_cursor)
}

fn cursor_after(key: RowKey) -> Cursor {
    Cursor::new(key.occurred_at.0, key.sequence)
}

/// The key that a cursor of rows stands for.
pub(super) fn key_of(cursor: Cursor) -> RowKey {
    RowKey {
        occurred_at: crate::clock::Micros(cursor.place),
        sequence: cursor.tie,
    }
}
