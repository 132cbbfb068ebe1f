//! The ledger against the truth, row for row.

use std::collections::BTreeMap;
use std::fmt;

use tidemark_ports::{Sql, SqlError};
use tidemark_simulator::{Feed, Shape};
use uuid::Uuid;

use crate::Failure;
use crate::stage::Stage;

/// A row as both sides tell it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// microseconds
    pub occurred_at: i64,
    /// what was sold
    pub source: String,
    /// cents
    pub gross: i64,
    /// cents
    pub net: i64,
    /// the order, where its shape has one
    pub order: Option<String>,
    /// who paid
    pub fan: Option<Uuid>,
}

/// A row that one side has more often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// whose rows
    pub model: Uuid,
    /// the row
    pub row: Told,
    /// how often Fanvue has it
    pub fanvue: usize,
    /// how often the ledger has it
    pub ledger: usize,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "model {} has {:?} {} times at Fanvue and {} times in the ledger",
            self.model, self.row, self.fanvue, self.ledger
        )
    }
}

/// Compares every model's ledger with Fanvue's.
///
/// # Errors
/// [`Failure::Ledger`] with the first row that differs.
pub async fn check<S: Sql>(sql: &S, stage: &mut Stage<'_, S>) -> Result<(), Failure> {
    let mut total = 0;
    for model in stage.fanvue.models() {
        if stage.scenario.own_account && model.id != stage.fanvue.models()[0].id {
            continue;
        }
        let truth = truth_of(stage, model.id);
        let ledger = ledger_of(sql, stage, model.id).await?;
        total += ledger.len() as u64;
        if let Some(difference) = difference(model.id, &truth, &ledger) {
            return Err(Failure::Ledger(difference));
        }
    }
    stage.ends_with(total);
    Ok(())
}

fn truth_of<S: Sql>(stage: &Stage<'_, S>, model: Uuid) -> Vec<Told> {
    let shape = stage.shape();
    let rows = stage.fanvue.ledger(model).expect("invariant: its model");
    rows.iter()
        .filter_map(|row| row.served(shape))
        // The older family's reversals are for a creator's own token only.
        .filter(|row| row.feed == Feed::Earnings || stage.scenario.own_account)
        // Rows dated ahead of now are not asked for yet.
        .filter(|row| row.occurred_at.0 < stage.now().micros())
        .map(|row| Told {
            occurred_at: row.occurred_at.0,
            source: row.source.as_str().to_owned(),
            gross: row.gross_cents,
            net: row.net_cents,
            order: row.order_id,
            fan: row.fan,
        })
        .collect()
}

async fn ledger_of<S: Sql>(
    sql: &S,
    stage: &Stage<'_, S>,
    model: Uuid,
) -> Result<Vec<Told>, SqlError> {
    let rows = sql
        .query(
            "select micros_of(occurred_at), source, gross_cents, net_cents, order_id, fan_id \
             from fanvue_transactions \
             where agency_id = $1 and model_id = $2 and withdrawn_at is null",
            &[stage.agency.into(), model.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Told {
                occurred_at: row.get(0)?,
                source: row.get(1)?,
                gross: row.get(2)?,
                net: row.get(3)?,
                // Rows may have had an id in an earlier shape.
                order: if stage.shape() == Shape::Feb2026 {
                    None
                } else {
                    row.get(4)?
                },
                fan: row.get(5)?,
            })
        })
        .collect()
}

fn difference(model: Uuid, truth: &[Told], ledger: &[Told]) -> Option<Difference> {
    let mut counts: BTreeMap<&Told, (usize, usize)> = BTreeMap::new();
    for row in truth {
        counts.entry(row).or_default().0 += 1;
    }
    for row in ledger {
        counts.entry(row).or_default().1 += 1;
    }
    counts
        .into_iter()
        .find(|(_, (fanvue, ledger))| fanvue != ledger)
        .map(|(row, (fanvue, ledger))| Difference {
            model,
            row: row.clone(),
            fanvue,
            ledger,
        })
}
