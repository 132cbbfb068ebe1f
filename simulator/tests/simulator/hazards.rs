use std::collections::{BTreeMap, BTreeSet};

use tidemark_simulator::{Hazards, LedgerRow, Shape, SimulatorConfig, Source, World};

use crate::support::{Scene, config, epoch, read_everything, truth};

fn rows_with(hazards: Hazards) -> Vec<LedgerRow> {
    let world = World::new(&settings(hazards), epoch());
    world.ledger(world.models()[0].id).unwrap()
}

fn settings(hazards: Hazards) -> SimulatorConfig {
    config().with_transactions(5_000).with_hazards(hazards)
}

fn everything() -> Hazards {
    Hazards {
        crowded_instants: 900,
        ..Hazards::moderate()
    }
}

#[test]
fn hazards_do_not_change_how_many_rows_there_are() {
    let world = World::new(&settings(everything()), epoch());
    assert_eq!(world.totals().all.rows, 5_000);
}

#[test]
fn a_world_without_hazards_is_the_same_world() {
    assert_eq!(rows_with(Hazards::none()), rows_with(Hazards::default()));
    assert_ne!(rows_with(Hazards::none()), rows_with(everything()));
}

#[test]
fn only_rewards_and_reversals_lack_an_id() {
    let rows = rows_with(Hazards {
        rewards_without_id: 500,
        refunds_without_id: 500,
        ..Hazards::none()
    });
    let without: Vec<&LedgerRow> = rows.iter().filter(|row| row.order_id.is_none()).collect();
    assert!(without.iter().any(|row| row.source.is_reward()));
    assert!(without.iter().any(|row| row.source.is_reversal()));
    for row in without {
        assert!(row.source.is_reward() || row.source.is_reversal());
    }
}

#[test]
fn rows_of_one_order_and_source_differ_in_their_amounts() {
    let rows = rows_with(Hazards {
        multi_line_orders: 300,
        ..Hazards::none()
    });
    let mut grosses: BTreeMap<(&str, Source), Vec<i64>> = BTreeMap::new();
    for row in &rows {
        let order = row.order_id.as_deref().unwrap();
        grosses
            .entry((order, row.source))
            .or_default()
            .push(row.gross_cents);
    }
    assert!(grosses.values().any(|lines| lines.len() > 2));
    for lines in grosses.values() {
        let distinct: BTreeSet<&i64> = lines.iter().collect();
        assert_eq!(distinct.len(), lines.len());
    }
}

#[test]
fn equal_sales_differ_in_nothing_that_february_shows() {
    let rows = rows_with(Hazards {
        equal_sales: 100,
        ..Hazards::none()
    });
    let served: Vec<_> = rows
        .iter()
        .filter_map(|row| row.served(Shape::Feb2026))
        .collect();
    let distinct: BTreeSet<_> = served.iter().collect();
    assert!(distinct.len() + 200 < served.len());
    let orders: BTreeSet<_> = rows.iter().map(|row| &row.order_id).collect();
    assert_eq!(orders.len(), rows.len());
}

#[test]
fn more_rows_than_a_page_may_share_an_instant() {
    let rows = rows_with(Hazards {
        crowded_instants: 985,
        ..Hazards::none()
    });
    let mut crowd = BTreeMap::new();
    for row in &rows {
        *crowd.entry(row.occurred_at).or_insert(0) += 1;
    }
    assert!(crowd.into_values().max() > Some(50));
}

#[test]
fn sources_and_users_may_be_unknown_and_reversals_partial() {
    let rows = rows_with(everything());
    let hologram = Source::parse("hologram").unwrap();
    assert!(rows.iter().any(|row| row.source == hologram));
    let nobody = rows
        .iter()
        .filter(|row| row.fan.is_none() && !row.source.is_reward() && row.source != hologram);
    assert!(nobody.count() > 0);
    assert!(rows.iter().any(|row| row.gross_cents == 0));
    let gross_by_order: BTreeMap<&str, i64> = rows
        .iter()
        .filter_map(|row| Some((row.order_id.as_deref()?, row.gross_cents)))
        .collect();
    let is_partial = |row: &&LedgerRow| {
        let original = row.reverses.as_deref().map(|order| gross_by_order[order]);
        original.is_some_and(|gross| gross > -row.gross_cents)
    };
    assert!(rows.iter().any(|row| is_partial(&row)));
}

#[test]
fn an_awkward_history_is_read_completely_in_every_shape_and_sums_to_the_summary() {
    for shape in [Shape::Feb2026, Shape::Unversioned, Shape::V1] {
        let mut scene = Scene::with(&settings(everything()).with_shape(shape));
        for position in 0..3 {
            let seen = read_everything(&mut scene, position, shape);
            assert_eq!(seen, truth(&scene, position, shape), "{shape:?}");
            let sales = seen.iter().filter(|row| !row.source.is_reversal());
            let gross: i64 = sales.map(|row| row.gross_cents).sum();
            let summary = scene.read("/insights/earnings/summary");
            assert_eq!(summary["totals"]["allTime"]["gross"], gross);
        }
    }
}
