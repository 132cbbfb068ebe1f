use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tidemark_simulator::{ChurnEvent, ChurnKind, Hazards, LedgerRow, World};

use crate::support::{config, epoch};

type Truth = BTreeMap<u64, LedgerRow>;

fn truth_of(world: &World) -> Truth {
    let models = world.models();
    let ledgers = models.iter().map(|model| world.ledger(model.id).unwrap());
    ledgers.flatten().map(|row| (row.sequence, row)).collect()
}

fn churned(steps: u64) -> (World, Vec<ChurnEvent>) {
    let mut world = World::new(&config(), epoch());
    let mut now = epoch();
    let mut events = Vec::new();
    for step in 0..steps {
        now = now.plus(Duration::from_secs(40));
        events.push(world.churn(step, now).unwrap());
    }
    (world, events)
}

#[test]
fn an_event_tells_exactly_what_it_did() {
    let mut world = World::new(&config(), epoch());
    let mut expected = truth_of(&world);
    let mut now = epoch();
    for step in 0..600 {
        now = now.plus(Duration::from_secs(40));
        let event = world.churn(step, now).unwrap();
        for row in &event.removed {
            assert_eq!(expected.remove(&row.sequence).as_ref(), Some(row));
        }
        for row in &event.added {
            assert_eq!(expected.insert(row.sequence, row.clone()), None);
        }
        assert_eq!(truth_of(&world), expected, "{:?}", event.kind);
    }
}

#[test]
fn every_kind_of_event_happens() {
    let (_, events) = churned(600);
    let seen: BTreeSet<ChurnKind> = events.iter().map(|event| event.kind).collect();
    assert_eq!(seen, ChurnKind::all().collect());
}

#[test]
fn the_same_steps_do_the_same() {
    let (one, events) = churned(200);
    let (other, same_events) = churned(200);
    assert_eq!(events, same_events);
    assert_eq!(truth_of(&one), truth_of(&other));
}

#[test]
fn the_original_of_an_early_reversal_is_older_and_arrives_later() {
    let (_, events) = churned(600);
    let is_early = |event: &&ChurnEvent| event.kind == ChurnKind::EarlyReversal;
    let reversals: BTreeMap<String, &LedgerRow> = events
        .iter()
        .filter(is_early)
        .map(|event| (event.added[0].reverses.clone().unwrap(), &event.added[0]))
        .collect();
    let mut arrived = 0;
    for event in events
        .iter()
        .filter(|event| event.kind == ChurnKind::Original)
    {
        let original = &event.added[0];
        let reversal = reversals[original.order_id.as_ref().unwrap()];
        assert!(original.occurred_at < reversal.occurred_at);
        assert_eq!(original.gross_cents, -reversal.gross_cents);
        arrived += 1;
    }
    assert!(arrived > 0);
}

#[test]
fn rows_of_one_order_and_source_never_become_equal() {
    let (world, _) = churned(2_000);
    let mut seen = BTreeSet::new();
    for row in truth_of(&world).into_values() {
        if let Some(order) = row.order_id {
            assert!(seen.insert((order, row.source, row.gross_cents)));
        }
    }
}

#[test]
fn events_come_by_themselves_however_often_somebody_looks_until_the_calm() {
    let hazards = Hazards {
        live_event_gap: Some(Duration::from_secs(10)),
        ..Hazards::none()
    };
    let settings = config()
        .with_hazards(hazards)
        .with_live_sales(Duration::from_secs(9));
    let mut patient = World::new(&settings, epoch());
    let mut curious = World::new(&settings, epoch());
    let end = epoch().plus(Duration::from_mins(20));
    let mut now = epoch();
    while now < end {
        now = now.plus(Duration::from_millis(700)).min(end);
        curious.advance(now);
    }
    patient.advance(end);
    assert_eq!(truth_of(&patient), truth_of(&curious));
    assert!(truth_of(&patient) != truth_of(&World::new(&settings, epoch())));

    let quiet = settings.with_live_sales(Duration::from_hours(10_000));
    let mut world = World::new(&quiet, epoch());
    world.calm();
    let before = truth_of(&world);
    world.advance(end);
    assert_eq!(truth_of(&world), before);
}

#[test]
fn nothing_happens_without_a_creator() {
    let mut world = World::new(&config().with_models(0), epoch());
    assert_eq!(world.churn(1, epoch()), None);
}
