//! The table `schema_migrations`: which files a database has seen.

use tidemark_domain::Instant;
use tokio_postgres::{Client, Error, GenericClient, Transaction};

use super::files::Migration;

/// One applied migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub version: i32,
    pub checksum: String,
    pub applied_at: Instant,
}

/// Creates the table where it is missing; the caller holds the lock.
pub(super) async fn create_table(transaction: &Transaction<'_>) -> Result<(), Error> {
    // Asked first, because "if not exists" answers with a notice on every run.
    if is_present(transaction).await? {
        return Ok(());
    }
    transaction
        .batch_execute(
            "create table schema_migrations (
                version    int primary key,
                name       text not null,
                checksum   text not null,
                applied_at timestamptz not null default now()
            )",
        )
        .await
}

/// The records in order; none for a database without the table.
pub(super) async fn read_if_present(client: &Client) -> Result<Vec<Record>, Error> {
    if is_present(client).await? {
        read(client).await
    } else {
        Ok(Vec::new())
    }
}

/// The records in order.
pub(super) async fn read(client: &impl GenericClient) -> Result<Vec<Record>, Error> {
    let rows = client
        .query(
            "select version, checksum, (extract(epoch from applied_at) * 1000000)::bigint
             from schema_migrations order by version",
            &[],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Record {
                version: row.try_get(0)?,
                checksum: row.try_get(1)?,
                applied_at: Instant::from_micros(row.try_get(2)?),
            })
        })
        .collect()
}

/// Records a file as applied.
pub(super) async fn add(transaction: &Transaction<'_>, file: &Migration) -> Result<(), Error> {
    transaction
        .execute(
            "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
            &[&file.version, &file.name, &file.checksum],
        )
        .await?;
    Ok(())
}

async fn is_present(client: &impl GenericClient) -> Result<bool, Error> {
    let row = client
        .query_one("select to_regclass('schema_migrations') is not null", &[])
        .await?;
    row.try_get(0)
}
