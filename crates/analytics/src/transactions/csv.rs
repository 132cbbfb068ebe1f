//! The ledger as CSV (RFC 4180), page by page, so that memory does not grow with the selection.

use std::fmt::Write as _;

use tidemark_domain::AgencyId;
use tidemark_ports::{Platform, Sql, SqlError};

use super::{Position, Selection, Transaction};
use crate::dashboard::DashboardError;
use crate::parameters::TransactionsQuery;
use crate::subject::Resolved;

/// Rows read and written at a time.
pub const CSV_PAGE: i64 = 1_000;

const HEADER: &str = "occurredAt,modelId,category,gross,net,currency,orderId,orderStatus,\
                      reversesOrderId,fanId,fanHandle,messageId,postId\r\n";

/// An export under way: ask for the next part until there is none.
#[derive(Debug)]
pub struct CsvExport {
    selection: Selection,
    after: Option<Position>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Begins,
    GoesOn,
    Ended,
}

impl CsvExport {
    /// Prepares the export of everything that a query selects, whatever page it names.
    ///
    /// # Errors
    /// See [`DashboardError`].
    pub async fn begin(
        platform: &impl Platform,
        agency: AgencyId,
        query: &TransactionsQuery,
    ) -> Result<Self, DashboardError> {
        let resolved = Resolved::find(platform, agency, &query.subject).await?;
        Ok(Self {
            selection: Selection::new(agency, query, &resolved),
            after: None,
            state: State::Begins,
        })
    }

    /// The next part of the file; `None` after the last.
    ///
    /// # Errors
    /// When the database fails; the file is then incomplete.
    pub async fn next_part(&mut self, sql: &impl Sql) -> Result<Option<String>, SqlError> {
        if self.state == State::Ended {
            return Ok(None);
        }
        let rows = self
            .selection
            .page(sql, self.after.as_ref(), CSV_PAGE)
            .await?;
        let mut part = String::new();
        if self.state == State::Begins {
            part.push_str(HEADER);
        }
        for row in &rows {
            write_row(&mut part, row);
        }
        let full = i64::try_from(rows.len()) == Ok(CSV_PAGE);
        self.state = if full { State::GoesOn } else { State::Ended };
        self.after = rows.last().map(Transaction::position);
        Ok(Some(part))
    }
}

fn write_row(part: &mut String, row: &Transaction) {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = write!(part, "{},{},", row.occurred_at, row.model_id);
    write_text(part, &row.category);
    let _ = write!(part, ",{},{}", row.gross, row.net);
    let texts = [
        &row.currency,
        &row.order_id,
        &row.order_status,
        &row.reverses_order_id,
    ];
    for text in texts {
        part.push(',');
        write_text(part, text.as_deref().unwrap_or_default());
    }
    part.push(',');
    part.push_str(&id(row.fan_id.map(tidemark_domain::FanId::uuid)));
    part.push(',');
    write_text(part, row.fan_handle.as_deref().unwrap_or_default());
    let _ = write!(part, ",{},{}\r\n", id(row.message_id), id(row.post_id));
}

/// A cell of text from outside. Spreadsheets run a cell as a formula that begins with one of these
/// signs; an apostrophe before it makes it text.
fn write_text(part: &mut String, text: &str) {
    let starts_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if starts_formula { "'" } else { "" };
    if starts_formula || text.contains([',', '"', '\r', '\n']) {
        let _ = write!(part, "\"{guard}{}\"", text.replace('"', "\"\""));
    } else {
        part.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut written = String::new();
        write_text(&mut written, text);
        written
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(cell("message"), "message");
        assert_eq!(cell("a,\"b\"\r\nc"), "\"a,\"\"b\"\"\r\nc\"");
        assert_eq!(cell(""), "");
    }

    #[test]
    fn no_cell_from_outside_is_a_formula() {
        for text in [
            "=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "＝1",
        ] {
            assert!(cell(text).starts_with("\"'"), "{text:?}");
        }
    }
}
