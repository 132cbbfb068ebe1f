//! Writing a page: rows, quarantine, cursor, proof and rate reading in one statement.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::value::RawValue;
use tidemark_domain::{ConnectionId, FanId, Instant};
use tidemark_fanvue::{EarningsPage, EarningsRow, Family, RateReading, UnreadableRow};
use tidemark_jobs::{Lease, RowCounts};
use tidemark_ports::{Sql, SqlError, Value, sql::only_row};
use uuid::Uuid;

use crate::plan::Walk;

/// What came of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Rows and cursor are in the database.
    Rows(RowCounts),
    /// Somebody took the lease over: nothing was written.
    LeaseLost,
}

/// One row as the page statement reads it; instants in microseconds, money in cents.
#[derive(Serialize)]
struct LedgerRow<'a> {
    row_key: String,
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
}

/// A page, and all that the statement stores beside its rows.
pub struct PageWrite<'a> {
    /// the right to write
    pub lease: Lease,
    /// the walk that the page belongs to; its cursor is the page's own
    pub walk: &'a Walk,
    /// the path family that answered
    pub family: Family,
    /// the page
    pub page: &'a EarningsPage,
    /// the grant that was used, and what the headers said
    pub rate: (ConnectionId, Option<RateReading>),
    /// the present
    pub now: Instant,
}

/// Stores a page. The walk goes on at the page's `next_cursor`; without one its window is proven.
///
/// # Errors
/// When the statement fails; then nothing was stored.
pub async fn store_page(sql: &impl Sql, write: PageWrite<'_>) -> Result<Stored, SqlError> {
    let mut carry = write.walk.carry.clone();
    let mut unreadable = write.page.unreadable.clone();
    let rows = keyed_rows(&write.page.rows, |row| carry.key_of(row), &mut unreadable);
    let quarantined: Vec<_> = unreadable
        .iter()
        .map(|row| QuarantinedRow {
            payload: &row.raw,
            reason: &row.reason,
        })
        .collect();
    let (connection, reading) = write.rate;
    let lease = write.lease;
    let result = sql
        .query(
            include_str!("sql/store_page.sql"),
            &[
                lease.agency.into(),
                lease.model.into(),
                lease.token.into(),
                write.now.into(),
                json(&rows),
                json(&quarantined),
                write.walk.from.into(),
                write.walk.to.into(),
                write.page.next_cursor.clone().into(),
                json(&carry),
                write.family.word().into(),
                connection.into(),
                reading.map(|reading| reading.bucket.name()).into(),
                reading.map(|reading| reading.capacity).into(),
                reading.map(|reading| reading.remaining).into(),
                reading.map(|reading| reading.resets_at).into(),
                crate::plan::HISTORY_FLOOR.into(),
            ],
        )
        .await?;
    let row = only_row(result)?;
    if !row.get::<bool>(0)? {
        return Ok(Stored::LeaseLost);
    }
    let (inserted, changed) = (count(row.get(1)?), count(row.get(2)?));
    let readable = rows.len() as u64;
    Ok(Stored::Rows(RowCounts {
        fetched: (write.page.rows.len() + write.page.unreadable.len()) as u64,
        inserted,
        changed,
        unchanged: readable.saturating_sub(inserted + changed),
        quarantined: quarantined.len() as u64,
    }))
}

/// Rows by key, each key once: a statement must not touch a row twice (defect D16). Equal rows
/// under one order id are one row; different ones cannot be told apart and go to the quarantine.
fn keyed_rows<'a>(
    rows: &'a [EarningsRow],
    mut key_of: impl FnMut(&EarningsRow) -> String,
    unreadable: &mut Vec<UnreadableRow>,
) -> Vec<LedgerRow<'a>> {
    let mut keyed: Vec<LedgerRow<'a>> = Vec::with_capacity(rows.len());
    let mut position_of: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    for row in rows {
        let key = key_of(row);
        match position_of.get(&key) {
            None => {
                position_of.insert(key.clone(), keyed.len());
                keyed.push(ledger_row(key, row));
            }
            Some(&position) if keyed[position].raw.get() == row.raw.get() => {}
            Some(_) => unreadable.push(UnreadableRow {
                raw: row.raw.clone(),
                reason: format!("{key} names two different rows of one page"),
            }),
        }
    }
    keyed
}

fn ledger_row(row_key: String, row: &EarningsRow) -> LedgerRow<'_> {
    LedgerRow {
        row_key,
        occurred_at: row.occurred_at.micros(),
        source: row.source.as_str(),
        gross_cents: row.gross.get(),
        net_cents: row.net.get(),
        total_cents: row.total.map(tidemark_domain::Cents::get),
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

fn json(value: &impl Serialize) -> Value {
    Value::Json(serde_json::to_vec(value).expect("invariant: rows have only string keys"))
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or(0)
}
