//! The bare load: the rows of the ledger once more, 1,000 per statement, and nothing beside.

use std::time::{Duration, Instant};

use anyhow::Result;
use tidemark_database::Pool;
use tokio_postgres::Statement;
use uuid::Uuid;

const ROWS_PER_STATEMENT: i64 = 1_000;

/// Loads a copy of the ledger as another model's and returns the time that took; reading the
/// rows from the table does not count.
pub async fn load(pool: &Pool) -> Result<Duration> {
    let client = pool.get().await?;
    let model = Uuid::new_v4();
    client
        .execute(include_str!("another_model.sql"), &[&model])
        .await?;
    let read = client.prepare(include_str!("read_rows.sql")).await?;
    let write = client.prepare(include_str!("bare_load.sql")).await?;
    let mut total = Duration::ZERO;
    let mut after = String::new();
    loop {
        let rows = client
            .query(&read, &[&model, &after, &ROWS_PER_STATEMENT])
            .await?;
        let Some(last) = rows.last() else {
            return Ok(total);
        };
        after = last.get("row_key");
        total += write_rows(&client, &write, model, &rows).await?;
    }
}

async fn write_rows(
    client: &tokio_postgres::Client,
    write: &Statement,
    model: Uuid,
    rows: &[tokio_postgres::Row],
) -> Result<Duration> {
    let texts =
        |name: &str| -> Vec<Option<String>> { rows.iter().map(|row| row.get(name)).collect() };
    let numbers =
        |name: &str| -> Vec<Option<i64>> { rows.iter().map(|row| row.get(name)).collect() };
    let [keys, shapes, sources, currencies] = ["row_key", "shape", "source", "currency"].map(texts);
    let [orders, statuses, reverses, fans, messages, posts, raw] = [
        "order_id",
        "order_status",
        "reverses_order_id",
        "fan_id",
        "message_id",
        "post_id",
        "raw",
    ]
    .map(texts);
    let [occurred, gross, net, totals] =
        ["occurred_at", "gross_cents", "net_cents", "total_cents"].map(numbers);
    let began = Instant::now();
    client
        .execute(
            write,
            &[
                &model,
                &keys,
                &shapes,
                &occurred,
                &sources,
                &gross,
                &net,
                &totals,
                &currencies,
                &orders,
                &statuses,
                &reverses,
                &fans,
                &messages,
                &posts,
                &raw,
            ],
        )
        .await?;
    Ok(began.elapsed())
}
