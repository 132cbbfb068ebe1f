//! What Postgres's background workers do elsewhere: the embedded server has none, so its WAL would
//! grow without end and its planner would never see a statistic.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::connection::{Client, PoolError};
use crate::pool::Pool;

/// Pause between two rounds.
pub const INTERVAL: Duration = Duration::from_mins(1);

/// WAL written since the last checkpoint that makes the next one due: 32 MiB.
const CHECKPOINT_AFTER_BYTES: i64 = 32 * 1024 * 1024;

const WAL_SINCE_CHECKPOINT: &str = "
    select (pg_current_wal_insert_lsn() - redo_lsn)::bigint from pg_control_checkpoint()";

/// Autovacuum's own rule with its default thresholds; names are quoted for use in a statement.
const TABLES_DUE: &str = "
    select format('%I.%I', schemaname, relname)
    from pg_stat_user_tables
    where n_dead_tup > 50 + 0.2 * n_live_tup
       or n_ins_since_vacuum > 1000 + 0.2 * n_live_tup
       or n_mod_since_analyze > 50 + 0.1 * n_live_tup";

/// What one round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Tables vacuumed and analysed.
    pub tables: Vec<String>,
    /// Whether a checkpoint was due.
    pub checkpoint: bool,
}

/// One round: vacuums and analyses the tables that changed enough, then writes a checkpoint when
/// much WAL has piled up. Takes the connection anew for every table, so that others come between.
///
/// # Errors
/// The first statement that fails, or no connection within the pool's limit.
pub async fn maintain(pool: &Pool) -> Result<Maintained, PoolError> {
    let client = with_own_rights(pool).await?;
    // The counts of the last second may not have been published yet.
    client
        .batch_execute("select pg_stat_force_next_flush()")
        .await?;
    let rows = client.query(TABLES_DUE, &[]).await?;
    drop(client);
    let mut maintained = Maintained::default();
    for row in rows {
        let table: String = row.try_get(0)?;
        let client = with_own_rights(pool).await?;
        client
            .batch_execute(&format!("vacuum (analyze) {table}"))
            .await?;
        maintained.tables.push(table);
    }
    let client = with_own_rights(pool).await?;
    let pending: i64 = client
        .query_one(WAL_SINCE_CHECKPOINT, &[])
        .await?
        .try_get(0)?;
    if pending > CHECKPOINT_AFTER_BYTES {
        client.batch_execute("checkpoint").await?;
        maintained.checkpoint = true;
    }
    Ok(maintained)
}

/// Only the owner of a table may vacuum it.
async fn with_own_rights(pool: &Pool) -> Result<Client, PoolError> {
    let mut client = pool.inner().get().await?;
    client.act_as_its_user().await?;
    Ok(client)
}

/// Rounds every [`INTERVAL`], until the pool is closed.
pub(crate) async fn maintain_forever(pool: Pool) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is immediate, and a start has better things to do.
    ticks.tick().await;
    while !pool.inner().is_closed() {
        ticks.tick().await;
        if let Err(cause) = maintain(&pool).await {
            tracing::warn!(%cause, "maintenance of embedded postgres was skipped");
        }
    }
}
