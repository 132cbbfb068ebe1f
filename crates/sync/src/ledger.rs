//! Writing what was read: rows, quarantine, state, proof and rate reading in one statement.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tidemark_domain::{ConnectionId, FanId, Instant, Source};
use tidemark_fanvue::{EarningsRow, Family, RateReading, Shape, UnreadableRow};
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

fn parameters(write: &Write<'_>) -> Vec<Value> {
    let unreadable: Vec<_> = write.unreadable.iter().map(quarantined_row).collect();
    let (lease, state, drained) = (write.lease, write.state, write.drained);
    let (connection, reading) = write.rate;
    let complete = drained.filter(|drained| drained.keys.is_some());
    let mut parameters = vec![
        lease.agency.into(),
        lease.model.into(),
        lease.token.into(),
        write.now.into(),
        texts(write.entries, |entry| entry.key.clone()),
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
    ];
    parameters.extend(members(write.entries));
    parameters
}

/// What the statement takes of the rows beside their keys, one array each; instants in
/// microseconds, money in cents, an empty text for what is missing.
fn members(entries: &[Entry<'_>]) -> [Value; 15] {
    let optional = |member: fn(&EarningsRow) -> Option<String>| {
        texts(entries, |entry| member(entry.row).unwrap_or_default())
    };
    [
        texts(entries, |entry| {
            entry.previous_key.clone().unwrap_or_default()
        }),
        texts(entries, |entry| entry.row.shape.word().to_owned()),
        numbers(entries, |row| row.occurred_at.micros()),
        texts(entries, |entry| entry.row.source.as_str().to_owned()),
        numbers(entries, |row| row.gross.get()),
        numbers(entries, |row| row.net.get()),
        optional(|row| row.total.map(|total| total.get().to_string())),
        optional(|row| row.currency.clone()),
        optional(|row| row.order_id.clone()),
        optional(|row| row.order_status.clone()),
        optional(|row| row.reverses_order_id.clone()),
        optional(|row| row.fan.map(|id| id.to_string())),
        optional(|row| row.message_id.map(|id| id.to_string())),
        optional(|row| row.post_id.map(|id| id.to_string())),
        texts(entries, |entry| entry.row.raw.get().to_owned()),
    ]
}

fn texts(entries: &[Entry<'_>], member: impl Fn(&Entry<'_>) -> String) -> Value {
    Value::TextArray(entries.iter().map(member).collect())
}

fn numbers(entries: &[Entry<'_>], member: impl Fn(&EarningsRow) -> i64) -> Value {
    Value::Int8Array(entries.iter().map(|entry| member(entry.row)).collect())
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
