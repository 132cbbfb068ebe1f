//! Writing what was read: rows, quarantine, state, proof and rate reading in one statement.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tidemark_domain::{Cents, ConnectionId, FanId, Instant, Source};
use tidemark_fanvue::{Family, RateReading, Shape, UnreadableRow};
use tidemark_jobs::{Lease, RowCounts};
use tidemark_ports::{Sql, SqlError, Value, sql::only_row};
use uuid::Uuid;

use crate::identity::{Entry, Members, StoredRow};
use crate::state::{Drained, StreamState};

/// SQLSTATE of a write that meets a stored row that may be another one.
const CONTESTED: &str = "TM001";

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Rows and state are in the database.
    Rows(RowCounts),
    /// Somebody took the lease over: nothing was written.
    LeaseLost,
    /// A stored row of an entry's key may be another row: nothing was written.
    Contested,
}

/// One row as the statement reads it; instants in microseconds, money in cents.
#[derive(Serialize)]
struct LedgerRow<'a> {
    row_key: &'a str,
    previous_key: Option<&'a str>,
    shape: Shape,
    occurred_at: i64,
    source: &'a str,
    gross_cents: i64,
    net_cents: i64,
    total_cents: Option<i64>,
    currency: Option<&'a str>,
    order_id: Option<&'a str>,
    order_status: Option<&'a str>,
    reverses_order_id: Option<&'a str>,
    fan_id: Option<FanId>,
    message_id: Option<Uuid>,
    post_id: Option<Uuid>,
    raw: &'a RawValue,
}

#[derive(Serialize)]
struct QuarantinedRow<'a> {
    payload: &'a RawValue,
    reason: &'a str,
    order_id: Option<String>,
}

/// The one member that tells which readable row a quarantined one was.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderOf {
    transaction_order_id: Option<String>,
}

/// What is written together.
pub struct Write<'a> {
    /// the right to write
    pub lease: Lease,
    /// the rows, each key once
    pub entries: &'a [Entry<'a>],
    /// whether their identity was settled against what is stored
    pub settled: bool,
    /// rows that could not be read
    pub unreadable: &'a [UnreadableRow],
    /// the state after this
    pub state: &'a StreamState,
    /// the window that this ends
    pub drained: Option<&'a Drained>,
    /// rows that Fanvue sent, repeated ones included
    pub fetched: u64,
    /// the grant that was used, and what the headers said
    pub rate: (ConnectionId, Option<RateReading>),
    /// the present
    pub now: Instant,
}

/// Stores what was read, or nothing of it.
///
/// # Errors
/// When the statement fails; then nothing was stored.
pub async fn store(sql: &impl Sql, write: Write<'_>) -> Result<Stored, SqlError> {
    let statement = include_str!("sql/store.sql");
    let row = match sql.query(statement, &parameters(&write)).await {
        Err(SqlError::Refused { code, .. }) if code == CONTESTED => return Ok(Stored::Contested),
        result => only_row(result?)?,
    };
    if !row.get::<bool>(0)? {
        return Ok(Stored::LeaseLost);
    }
    let (inserted, changed) = (count(row.get(1)?), count(row.get(2)?));
    let withdrawn = count(row.get(3)?);
    let readable = write.entries.len() as u64;
    Ok(Stored::Rows(RowCounts {
        fetched: write.fetched,
        inserted,
        changed: changed + withdrawn,
        unchanged: readable.saturating_sub(inserted + changed),
        quarantined: write.unreadable.len() as u64,
    }))
}

fn parameters(write: &Write<'_>) -> [Value; 21] {
    let rows: Vec<LedgerRow<'_>> = write.entries.iter().map(ledger_row).collect();
    let unreadable: Vec<_> = write.unreadable.iter().map(quarantined_row).collect();
    let (lease, state, drained) = (write.lease, write.state, write.drained);
    let (connection, reading) = write.rate;
    let complete = drained.filter(|drained| drained.keys.is_some());
    [
        lease.agency.into(),
        lease.model.into(),
        lease.token.into(),
        write.now.into(),
        json(&rows),
        json(&unreadable),
        json(&state.progress),
        state.proven_since.into(),
        state.proven_until.into(),
        state.full_read_at.into(),
        state.family.map(Family::word).into(),
        complete.map(|drained| drained.from).into(),
        complete.map(|drained| drained.to).into(),
        complete.and_then(|drained| drained.keys.clone()).into(),
        drained.is_some_and(|drained| drained.with_reversals).into(),
        connection.into(),
        reading.map(|reading| reading.bucket.name()).into(),
        reading.map(|reading| reading.capacity).into(),
        reading.map(|reading| reading.remaining).into(),
        reading.map(|reading| reading.resets_at).into(),
        write.settled.into(),
    ]
}

fn ledger_row<'a>(entry: &'a Entry<'a>) -> LedgerRow<'a> {
    let row = entry.row;
    LedgerRow {
        row_key: &entry.key,
        previous_key: entry.previous_key.as_deref(),
        shape: row.shape,
        occurred_at: row.occurred_at.micros(),
        source: row.source.as_str(),
        gross_cents: row.gross.get(),
        net_cents: row.net.get(),
        total_cents: row.total.map(Cents::get),
        currency: row.currency.as_deref(),
        order_id: row.order_id.as_deref(),
        order_status: row.order_status.as_deref(),
        reverses_order_id: row.reverses_order_id.as_deref(),
        fan_id: row.fan,
        message_id: row.message_id,
        post_id: row.post_id,
        raw: &row.raw,
    }
}

fn quarantined_row(row: &UnreadableRow) -> QuarantinedRow<'_> {
    let order = serde_json::from_str::<OrderOf>(row.raw.get());
    QuarantinedRow {
        payload: &row.raw,
        reason: &row.reason,
        order_id: order.ok().and_then(|order| order.transaction_order_id),
    }
}

/// The stored rows that entries might be: those of the same orders, and those of the same instants
/// where one of the two has no order id.
///
/// # Errors
/// When the statement fails.
pub async fn rivals(
    sql: &impl Sql,
    lease: Lease,
    entries: &[Entry<'_>],
) -> Result<Vec<StoredRow>, SqlError> {
    let mut orders: Vec<String> = entries
        .iter()
        .filter_map(|entry| entry.row.order_id.clone())
        .collect();
    let mut instants: Vec<i64> = entries
        .iter()
        .map(|entry| entry.row.occurred_at.micros())
        .collect();
    orders.sort_unstable();
    orders.dedup();
    instants.sort_unstable();
    instants.dedup();
    let parameters = [
        lease.agency.into(),
        lease.model.into(),
        orders.into(),
        instants.into(),
    ];
    let rows = sql
        .query(include_str!("sql/rivals.sql"), &parameters)
        .await?;
    rows.iter().map(stored_row).collect()
}

fn stored_row(row: &tidemark_ports::Row) -> Result<StoredRow, SqlError> {
    let shape: String = row.get(3)?;
    Ok(StoredRow {
        key: row.get(0)?,
        order: row.get(1)?,
        source: Source::new(row.get::<String>(2)?),
        shape: Shape::from_word(&shape).ok_or(SqlError::Shape {
            column: 3,
            expected: "a shape",
            found: shape,
        })?,
        members: Members {
            occurred_at: row.get(4)?,
            gross: row.get(5)?,
            net: row.get(6)?,
            message: row.get(7)?,
            post: row.get(8)?,
            fan: row.get::<Option<Uuid>>(9)?.map(FanId::new),
        },
        withdrawn: row.get(10)?,
    })
}

fn json(value: &impl Serialize) -> Value {
    Value::Json(serde_json::to_vec(value).expect("invariant: rows have only string keys"))
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or(0)
}
