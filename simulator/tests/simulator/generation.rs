use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use tidemark_simulator::{LedgerRow, Micros, Source, World};

use crate::support::{Scene, config, epoch};

fn rows_of(world: &World) -> Vec<LedgerRow> {
    let models = world.models();
    let ledgers = models.iter().map(|model| world.ledger(model.id).unwrap());
    ledgers.flatten().collect()
}

#[test]
fn the_same_seed_and_epoch_give_the_same_world() {
    let (mut one, mut other) = (Scene::new(), Scene::new());
    assert_eq!(one.world.models(), other.world.models());
    assert_eq!(rows_of(&one.world), rows_of(&other.world));
    for path in [
        "/insights/earnings",
        "/chats/lists/smart",
        "/insights/subscribers",
        "/posts",
    ] {
        let path = one.twin(0, path);
        assert_eq!(one.get(&path), other.get(&path));
    }
}

#[test]
fn the_start_does_not_matter_where_the_epoch_is_named() {
    let later = epoch().plus(Duration::from_hours(1_000));
    let one = World::new(&config(), epoch());
    let other = World::new(&config(), later);
    assert_eq!(rows_of(&one), rows_of(&other));
}

#[test]
fn another_seed_gives_another_world() {
    let one = Scene::new();
    let other = Scene::with(&config().with_seed(2));
    assert_ne!(one.model(0), other.model(0));
    assert_ne!(rows_of(&one.world), rows_of(&other.world));
}

#[test]
fn the_number_of_rows_is_exact_for_any_number_of_models() {
    for (models, transactions) in [(1, 1), (1, 250), (3, 0), (3, 1_234), (7, 3_000), (60, 100)] {
        let settings = config().with_models(models).with_transactions(transactions);
        let world = World::new(&settings, epoch());
        let expected = usize::try_from(transactions).unwrap();
        assert_eq!(world.totals().all.rows, expected, "{models} models");
        assert_eq!(world.models().len(), usize::try_from(models).unwrap());
    }
}

#[test]
fn three_models_share_unevenly() {
    let totals = Scene::new().world.totals();
    let rows: Vec<usize> = totals
        .models
        .iter()
        .map(|model| model.figures.rows)
        .collect();
    assert_eq!(rows, [860, 130, 10]);
}

#[test]
fn rows_lie_in_the_400_days_before_the_epoch_in_whole_milliseconds() {
    let start = epoch().minus(Duration::from_hours(400 * 24));
    for row in rows_of(&Scene::new().world) {
        assert!(row.occurred_at >= start && row.occurred_at < epoch());
        assert_eq!(row.occurred_at.0 % 1_000, 0);
    }
}

#[test]
fn order_ids_are_unique_over_all_models() {
    let rows = rows_of(&Scene::new().world);
    let ids: HashSet<&str> = rows
        .iter()
        .map(|row| row.order_id.as_deref().unwrap())
        .collect();
    assert_eq!(ids.len(), rows.len());
    assert!(ids.iter().all(|id| id.starts_with("FV-ORDER-")));
}

#[test]
fn every_generated_source_occurs_and_messages_lead() {
    let world = World::new(&config().with_transactions(5_000), epoch());
    let mut counts: BTreeMap<Source, usize> = BTreeMap::new();
    for row in rows_of(&world) {
        *counts.entry(row.source).or_default() += 1;
    }
    for source in [
        Source::Subscription,
        Source::Renewal,
        Source::Message,
        Source::Post,
        Source::Tip,
        Source::MediaLink,
        Source::Referral,
        Source::Giveaway,
        Source::Refund,
        Source::Chargeback,
    ] {
        assert!(counts.contains_key(&source), "{source:?} is missing");
    }
    let most = counts.iter().max_by_key(|(_, count)| **count).unwrap();
    assert_eq!(*most.0, Source::Message);
}

#[test]
fn the_net_share_lies_between_80_and_85_per_cent_and_varies() {
    let mut shares = HashSet::new();
    for row in rows_of(&Scene::new().world) {
        let (gross, net) = (row.gross_cents.abs(), row.net_cents.abs());
        assert!(net * 100 <= gross * 85, "{row:?}");
        assert!((net + 1) * 100 > gross * 80, "{row:?}");
        shares.insert((net * 1_000).checked_div(gross));
    }
    assert!(shares.len() > 20);
}

#[test]
fn rewards_have_no_fan_and_everything_else_has_one() {
    for row in rows_of(&Scene::new().world) {
        assert_eq!(row.fan.is_none(), row.source.is_reward(), "{row:?}");
        assert_eq!(row.currency.is_none(), row.source.is_reward());
    }
}

#[test]
fn only_first_subscriptions_can_be_free() {
    let rows = rows_of(&Scene::new().world);
    let free = rows.iter().filter(|row| row.gross_cents == 0);
    let sources: HashSet<Source> = free.map(|row| row.source).collect();
    assert_eq!(sources, HashSet::from([Source::Subscription]));
}

#[test]
fn each_reversal_takes_one_earlier_sale_of_the_same_fan_back_in_full() {
    let world = World::new(&config().with_transactions(20_000), epoch());
    for model in world.models() {
        let rows = world.ledger(model.id).unwrap();
        let by_id: BTreeMap<&str, &LedgerRow> = rows
            .iter()
            .map(|row| (row.order_id.as_deref().unwrap(), row))
            .collect();
        let mut reversed = HashSet::new();
        for row in rows.iter().filter(|row| row.source.is_reversal()) {
            let sale = by_id[row.reverses.as_deref().unwrap()];
            assert!(sale.occurred_at < row.occurred_at);
            assert_eq!(sale.gross_cents, -row.gross_cents);
            assert_eq!(sale.net_cents, -row.net_cents);
            assert_eq!(
                (sale.fan, sale.message, sale.post),
                (row.fan, row.message, row.post)
            );
            assert!(reversed.insert(&sale.order_id), "reversed twice");
        }
        assert_eq!(reversed.len(), rows.len() / 100);
    }
}

#[test]
fn some_fans_buy_from_several_models_and_there_are_a_few_hundred() {
    let world = Scene::new().world;
    let mut models_by_fan: BTreeMap<_, HashSet<_>> = BTreeMap::new();
    for model in world.models() {
        for row in world.ledger(model.id).unwrap() {
            if let Some(fan) = row.fan {
                models_by_fan.entry(fan).or_default().insert(model.id);
            }
        }
    }
    assert!((100..=1_000).contains(&models_by_fan.len()));
    assert!(models_by_fan.values().any(|models| models.len() > 1));
}

#[test]
fn some_rows_share_an_instant() {
    let world = World::new(&config().with_transactions(20_000), epoch());
    let rows = world.ledger(world.models()[0].id).unwrap();
    let instants: Vec<Micros> = rows.iter().map(|row| row.occurred_at).collect();
    assert!(instants.windows(2).any(|pair| pair[0] == pair[1]));
}

#[test]
fn creators_have_distinct_names() {
    let world = World::new(&config().with_models(150), epoch());
    let handles: HashSet<String> = world
        .models()
        .into_iter()
        .map(|model| model.handle)
        .collect();
    assert_eq!(handles.len(), 150);
}
