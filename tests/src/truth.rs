//! The ledger against the simulator's truth.

use std::collections::BTreeMap;

use tidemark_simulator::LedgerRow;

use crate::World;

/// A row as both sides tell it: order, source, cents (gross, net, total), then fan, message, post and
/// the reversed order.
type Told = (String, String, [i64; 3], [Option<String>; 4]);

fn told_by_fanvue(row: &LedgerRow) -> Told {
    let text = |id: &Option<uuid::Uuid>| id.map(|id| id.to_string());
    let sold = |id: &Option<uuid::Uuid>| text(id).filter(|_| row.reverses.is_none());
    (
        row.order_id.clone().expect("an order id"),
        row.source.as_str().to_owned(),
        [row.gross_cents, row.net_cents, row.total_cents],
        // Fanvue names message and post on their sales only, not on the reversals of them.
        [
            text(&row.fan),
            sold(&row.message),
            sold(&row.post),
            row.reverses.clone(),
        ],
    )
}

async fn told_by_the_ledger(world: &World, model: uuid::Uuid) -> BTreeMap<(i64, Told), i64> {
    let statement = format!(
        "select micros_of(occurred_at), order_id, source, gross_cents, net_cents, total_cents, \
         fan_id::text, message_id::text, post_id::text, reverses_order_id \
         from fanvue_transactions where model_id = '{model}'"
    );
    let mut rows = BTreeMap::new();
    for row in world.rows(&statement).await {
        let cents = [3, 4, 5].map(|column| row.get(column).unwrap());
        let ids = [6, 7, 8, 9].map(|column| row.get(column).unwrap());
        let told = (row.get(1).unwrap(), row.get(2).unwrap(), cents, ids);
        *rows.entry((row.get(0).unwrap(), told)).or_insert(0) += 1;
    }
    rows
}

impl World {
    /// Every model's ledger holds Fanvue's rows, each once, member by member.
    ///
    /// # Panics
    /// With the first row that differs.
    pub async fn assert_ledger_is_true(&self) {
        let world = self;
        for model in world.simulator.models() {
            let mut truth = BTreeMap::new();
            for row in world.simulator.ledger(model.id).unwrap() {
                *truth
                    .entry((row.occurred_at.0, told_by_fanvue(&row)))
                    .or_insert(0) += 1;
            }
            let stored = told_by_the_ledger(world, model.id).await;
            let missing = truth
                .iter()
                .find(|(row, count)| stored.get(row) != Some(count));
            assert_eq!(missing, None, "Fanvue has this row of {}", model.handle);
            let invented = stored.iter().find(|(row, _)| !truth.contains_key(row));
            assert_eq!(
                invented, None,
                "only the ledger has this row of {}",
                model.handle
            );
        }
    }
}
