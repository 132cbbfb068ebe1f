//! Reading quarantined rows once more, after Tidemark has learned to read them.

use serde_json::value::RawValue;
use tidemark_domain::{AgencyId, ModelId};
use tidemark_fanvue::earnings::read_row;
use tidemark_fanvue::{EarningsRow, Family};
use tidemark_jobs::work::{ModelWork, models_in_scope};
use tidemark_jobs::{Lease, StepError, StepRequest, Stream};
use tidemark_ports::{Platform, Sql, SqlError};

use crate::identity::{Entry, order_key, resolve};
use crate::ledger::{self, Stored, Write};
use crate::on_request::{OnRequestError, under_lease};
use crate::stream::load_stream;

/// What came of one model's quarantine.
#[derive(Debug)]
pub struct Replay {
    /// the model
    pub model: ModelId,
    /// rows read into the ledger, and why each of the others still waits
    pub rows: Result<(usize, Vec<String>), OnRequestError>,
}

/// Reads the quarantine of every active model of an agency.
///
/// # Errors
/// When the models cannot be listed; what stops a single model is told in its place.
pub async fn replay<P: Platform>(platform: &P, agency: AgencyId) -> Result<Vec<Replay>, StepError> {
    let request = StepRequest {
        agency: Some(agency),
        ..StepRequest::default()
    };
    let mut replays = Vec::new();
    for work in models_in_scope(platform, Stream::Transactions, &request).await? {
        let rows = under_lease(platform, &work, async |lease, _| {
            replay_model(platform, &work, lease).await
        });
        replays.push(Replay {
            model: work.model,
            rows: rows.await,
        });
    }
    Ok(replays)
}

async fn replay_model<P: Platform>(
    platform: &P,
    work: &ModelWork,
    lease: Lease,
) -> Result<(usize, Vec<String>), OnRequestError> {
    let state = load_stream(platform, lease).await?;
    let family = state.family.unwrap_or(Family::V1);
    let (mut readable, mut waiting) = (Vec::new(), Vec::new());
    for raw in quarantined(platform, lease).await? {
        match read_row(&raw, family) {
            Ok(row) if row.order_id.is_some() => readable.push(row),
            // Its number among equal rows is known to a whole window only.
            Ok(_) => waiting.push("a row without an order id is read with its window".to_owned()),
            Err(reason) => waiting.push(reason),
        }
    }
    let mut entries: Vec<Entry<'_>> = readable.iter().filter_map(entry_of).collect();
    let stored = ledger::rivals(platform, lease, &entries).await?;
    resolve(&mut entries, &stored, |_| true);
    let write = Write {
        lease,
        entries: &entries,
        settled: true,
        unreadable: &[],
        state: &state,
        drained: None,
        fetched: 0,
        rate: (work.connection, None),
        now: platform.now(),
    };
    match ledger::store(platform, write).await? {
        Stored::Rows(_) => Ok((entries.len(), waiting)),
        Stored::LeaseLost | Stored::Contested => Err(OnRequestError::Busy),
    }
}

fn entry_of(row: &EarningsRow) -> Option<Entry<'_>> {
    let order = row.order_id.as_deref()?;
    Some(Entry {
        row,
        key: order_key(order, &row.source),
        previous_key: None,
        settled: false,
    })
}

async fn quarantined(sql: &impl Sql, lease: Lease) -> Result<Vec<Box<RawValue>>, SqlError> {
    let parameters = [lease.agency.into(), lease.model.into()];
    let rows = sql
        .query(include_str!("sql/quarantined.sql"), &parameters)
        .await?;
    rows.iter().map(|row| row.json(0)).collect()
}
