//! The ledger against the truth, row for row.

use std::collections::BTreeMap;
use std::fmt;

use tidemark_domain::{AgencyId, Instant};
use tidemark_ports::{Sql, SqlError};
use tidemark_simulator::{Feed, Shape, World};
use uuid::Uuid;

use crate::Failure;

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

/// Whose ledger, and what of Fanvue's world it can know.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// the tenant
    pub agency: AgencyId,
    /// the rows that Fanvue serves
    pub shape: Shape,
    /// whether a creator's own grant is used: it sees that creator only, but its reversals in every
    /// shape
    pub own_account: bool,
    /// the present: rows dated ahead of it are not asked for yet
    pub now: Instant,
}

/// Compares every model's ledger with Fanvue's; returns how many rows there are.
///
/// # Errors
/// [`Failure::Ledger`] with the first row that differs.
pub async fn check(sql: &impl Sql, world: &World, view: View) -> Result<u64, Failure> {
    let mut total = 0;
    let visible = if view.own_account { 1 } else { usize::MAX };
    for model in world.models().into_iter().take(visible) {
        let truth = truth_of(world, view, model.id);
        total += check_model(sql, &truth, view, model.id).await?;
    }
    Ok(total)
}

/// Compares one model's ledger with its [truth][truth_of]; returns how many rows it has.
///
/// # Errors
/// [`Failure::Ledger`] with the first row that differs.
pub async fn check_model(
    sql: &impl Sql,
    truth: &[Told],
    view: View,
    model: Uuid,
) -> Result<u64, Failure> {
    let ledger = ledger_of(sql, view, model).await?;
    match difference(model, truth, &ledger) {
        Some(difference) => Err(Failure::Ledger(difference)),
        None => Ok(ledger.len() as u64),
    }
}

/// The rows that a model's ledger should hold.
///
/// # Panics
/// When the world has no such model.
pub fn truth_of(world: &World, view: View, model: Uuid) -> Vec<Told> {
    let rows = world.ledger(model).expect("invariant: its model");
    rows.iter()
        .filter_map(|row| row.served(view.shape))
        // The older family's reversals are for a creator's own token only.
        .filter(|row| row.feed == Feed::Earnings || view.own_account)
        .filter(|row| row.occurred_at.0 < view.now.micros())
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

/// The rows of a model that count.
///
/// # Errors
/// When the statement fails.
pub async fn ledger_of(sql: &impl Sql, view: View, model: Uuid) -> Result<Vec<Told>, SqlError> {
    let rows = sql
        .query(
            "select micros_of(occurred_at), source, gross_cents, net_cents, order_id, fan_id \
             from fanvue_transactions \
             where agency_id = $1 and model_id = $2 and withdrawn_at is null",
            &[view.agency.into(), model.into()],
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
                order: if view.shape == Shape::Feb2026 {
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
