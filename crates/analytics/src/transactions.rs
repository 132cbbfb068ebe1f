//! Rows of the ledger, newest first, page by page.

mod csv;
mod position;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use tidemark_domain::{AgencyId, Cents, FanId, Instant, ModelId, Source};
use tidemark_ports::{Platform, Row, Sql, SqlError, Value};
use uuid::Uuid;

use crate::dashboard::DashboardError;
use crate::decimal::Decimal;
use crate::parameters::TransactionsQuery;
use crate::statements;
use crate::subject::{ListMeta, Resolved};
use crate::window::Span;

pub use csv::{CSV_PAGE, CsvExport};
pub use position::Position;

/// One row. Money in US dollars, exact to the cent; unknown is null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// when the sale or reversal was made
    #[serde(serialize_with = "rfc3339")]
    pub occurred_at: Instant,
    /// whose it is
    pub model_id: ModelId,
    /// what identifies the row among the model's
    pub row_key: String,
    /// Fanvue's source, as it came
    pub category: String,
    /// gross; negative where money was taken back
    pub gross: Decimal,
    /// net as Fanvue reports it
    pub net: Decimal,
    /// the currency that Fanvue names
    pub currency: Option<String>,
    /// Fanvue's order
    pub order_id: Option<String>,
    /// its status
    pub order_status: Option<String>,
    /// the order that this row takes back
    pub reverses_order_id: Option<String>,
    /// who bought
    pub fan_id: Option<FanId>,
    /// that fan's handle at the time
    pub fan_handle: Option<String>,
    /// the message sold
    pub message_id: Option<Uuid>,
    /// the post sold
    pub post_id: Option<Uuid>,
}

impl Transaction {
    fn position(&self) -> Position {
        Position {
            at: self.occurred_at,
            model: self.model_id,
            row_key: self.row_key.clone(),
        }
    }
}

/// The body of `GET /api/transactions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transactions {
    /// newest first
    pub transactions: Vec<Transaction>,
    /// `cursor` of the next page; null on the last
    pub next_cursor: Option<String>,
    /// what the list is about
    pub meta: ListMeta,
}

impl Transactions {
    /// The value of the `ETag` header: weak, because ages are left out.
    pub fn etag(&self) -> String {
        let known = format!(
            "{:?}{:?}{:?}",
            self.transactions,
            self.next_cursor,
            self.meta.timeless()
        );
        format!("W/\"{}\"", hex::encode(&Sha256::digest(known)[..16]))
    }
}

/// One page, in two statements.
///
/// # Errors
/// See [`DashboardError`].
pub async fn transactions(
    platform: &impl Platform,
    agency: AgencyId,
    query: &TransactionsQuery,
) -> Result<Transactions, DashboardError> {
    let resolved = Resolved::find(platform, agency, &query.subject).await?;
    let selection = Selection::new(agency, query, &resolved);
    // One row more tells whether there is a next page.
    let mut rows = selection
        .page(platform, query.cursor.as_ref(), query.limit + 1)
        .await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    Ok(Transactions {
        next_cursor: last.map(|row| row.position().to_string()),
        transactions: rows,
        meta: resolved.meta(agency, query.subject.model),
    })
}

/// Which rows, all but for the page.
#[derive(Clone, Debug)]
struct Selection {
    parameters: [Value; 5],
}

impl Selection {
    fn new(agency: AgencyId, query: &TransactionsQuery, resolved: &Resolved) -> Self {
        // An open side is open: rows that Fanvue dates in the future are rows too.
        let (from, until) = match query.subject.span {
            Span::LastDays(_) => (true, true),
            Span::Between { start, end } => (start.is_some(), end.is_some()),
        };
        let window = resolved.window;
        let category = query.category.as_ref().map(Source::as_str);
        Self {
            parameters: [
                agency.into(),
                query.subject.model.into(),
                from.then_some(window.start).into(),
                until.then_some(window.end).into(),
                category.into(),
            ],
        }
    }

    async fn page(
        &self,
        sql: &impl Sql,
        after: Option<&Position>,
        limit: i64,
    ) -> Result<Vec<Transaction>, SqlError> {
        let mut parameters = self.parameters.to_vec();
        parameters.extend([
            after.map(|position| position.at).into(),
            after.map(|position| position.model).into(),
            after.map(|position| position.row_key.as_str()).into(),
            limit.into(),
        ]);
        let rows = sql.query(statements::TRANSACTIONS, &parameters).await?;
        rows.iter().map(transaction).collect()
    }
}

fn transaction(row: &Row) -> Result<Transaction, SqlError> {
    Ok(Transaction {
        occurred_at: row.get(0)?,
        model_id: ModelId::new(row.get(1)?),
        row_key: row.get(2)?,
        category: row.get(3)?,
        gross: row.get::<Cents>(4)?.into(),
        net: row.get::<Cents>(5)?.into(),
        currency: row.get(6)?,
        order_id: row.get(7)?,
        order_status: row.get(8)?,
        reverses_order_id: row.get(9)?,
        fan_id: row.get::<Option<Uuid>>(10)?.map(FanId::new),
        fan_handle: row.get(11)?,
        message_id: row.get(12)?,
        post_id: row.get(13)?,
    })
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's signature; told only where a pointer is as large as the value"
)]
fn rfc3339<S: Serializer>(instant: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(instant)
}
