use std::time::Duration;

use serde_json::Value;
use tidemark_simulator::{AmendError, Amendment, AppendError, NewReversal, NewSale, Shape, Source};

use crate::support::{Scene, config, read_everything, truth};

const DAY: Duration = Duration::from_hours(24);

fn empty() -> Scene {
    Scene::with(&config().with_transactions(0))
}

fn tip() -> NewSale {
    NewSale::new(Source::Tip, 500)
}

fn earnings(scene: &mut Scene) -> Vec<Value> {
    let path = scene.twin(0, "/insights/earnings?size=50");
    scene.walk(&path)
}

fn all_time_gross(scene: &mut Scene) -> i64 {
    let path = scene.twin(0, "/insights/earnings/summary");
    scene.read(&path)["totals"]["allTime"]["gross"]
        .as_i64()
        .unwrap()
}

#[test]
fn a_late_row_is_dated_up_to_120_days_before_it_appears() {
    let mut scene = Scene::new();
    let (model, now) = (scene.model(0), scene.now);
    let age = 120 * DAY;
    let row = scene.world.append_late(model, &tip(), age, now).unwrap();
    assert_eq!(row.occurred_at, now.minus(age));
    let ids: Vec<Option<String>> = truth(&scene, 0, Shape::Unversioned)
        .into_iter()
        .map(|row| row.order_id)
        .collect();
    assert!(ids.contains(&row.order_id));
}

#[test]
fn a_row_dated_ahead_is_served_at_once_and_is_part_of_the_summary() {
    let mut scene = empty();
    let (model, now) = (scene.model(0), scene.now);
    let lead = Duration::from_mins(10);
    let row = scene.world.append_ahead(model, &tip(), lead, now).unwrap();
    assert_eq!(row.occurred_at, now.plus(lead));
    assert_eq!(earnings(&mut scene).len(), 1);
    assert_eq!(all_time_gross(&mut scene), 500);
    let until_now = scene.twin(0, &format!("/insights/earnings?endDate={now}"));
    assert!(scene.walk(&until_now).is_empty());
}

#[test]
fn equal_sales_cannot_be_told_apart_in_february() {
    let mut scene = Scene::with(&config().with_transactions(0).with_shape(Shape::Feb2026));
    let (model, now) = (scene.model(0), scene.now);
    let rows = scene
        .world
        .append_equal_sales(model, &tip(), 3, now)
        .unwrap();
    assert_eq!(rows.len(), 3);
    let served = earnings(&mut scene);
    assert_eq!(served.len(), 3);
    assert!(served.iter().all(|row| *row == served[0]));
    scene.world.switches_mut().shape = Shape::Unversioned;
    let served = earnings(&mut scene);
    assert_ne!(served[0], served[1]);
}

#[test]
fn rewards_and_refunds_may_come_without_an_id() {
    let mut scene = empty();
    let (model, now) = (scene.model(0), scene.now);
    let sale = scene.world.append_sale(model, &tip(), now).unwrap();
    let reward = NewSale {
        without_order_id: true,
        ..NewSale::new(Source::Referral, 250)
    };
    scene.world.append_sale(model, &reward, now).unwrap();
    let refund = NewReversal {
        without_order_id: true,
        ..NewReversal::of(sale.order_id.as_deref().unwrap())
    };
    let refund = scene.world.append_reversal(model, &refund, now).unwrap();
    assert_eq!(refund.order_id, None);
    assert_eq!(refund.reverses, sale.order_id);
    let path = format!("/v1{}", scene.twin(0, "/insights/earnings"));
    let rows = scene.walk(&path);
    let without_id = rows
        .iter()
        .filter(|row| row.get("transactionOrderId").is_none());
    assert_eq!(without_id.count(), 2);
    assert!(
        rows.iter()
            .all(|row| row["transactionOrderStatus"].is_string())
    );
}

#[test]
fn a_reversal_takes_back_a_part_with_the_share_of_the_sale() {
    let mut scene = empty();
    let (model, now) = (scene.model(0), scene.now);
    let mut sale = NewSale::new(Source::Message, 1_000);
    sale.net_cents = Some(800);
    let sale = scene.world.append_sale(model, &sale, now).unwrap();
    let order = sale.order_id.clone().unwrap();
    let part = NewReversal::of(&order).in_part(-250);
    let row = scene.world.append_reversal(model, &part, now).unwrap();
    assert_eq!((row.gross_cents, row.net_cents), (-250, -200));
    assert_eq!((row.fan, row.message), (sale.fan, sale.message));
    let whole = scene
        .world
        .append_reversal(model, &NewReversal::of(&order), now);
    assert_eq!(whole.unwrap().gross_cents, -1_000);
    assert_eq!(all_time_gross(&mut scene), 1_000);
}

#[test]
fn a_reversal_of_a_sale_that_is_not_there_needs_an_amount() {
    let mut scene = empty();
    let (model, now) = (scene.model(0), scene.now);
    let open = NewReversal::of("FV-ORDER-9");
    let refused = scene.world.append_reversal(model, &open, now);
    assert_eq!(
        refused,
        Err(AppendError::UnknownOrder("FV-ORDER-9".to_owned()))
    );
    let early = open.in_part(-500);
    let row = scene.world.append_reversal(model, &early, now).unwrap();
    assert_eq!(row.reverses.as_deref(), Some("FV-ORDER-9"));
    let mut original = tip();
    original.order_id = row.reverses;
    let age = 3 * DAY;
    scene.world.append_late(model, &original, age, now).unwrap();
    assert_eq!(scene.world.totals().all.gross_cents, 0);
}

#[test]
fn a_row_that_vanished_is_neither_served_nor_true() {
    let mut scene = empty();
    let (model, now) = (scene.model(0), scene.now);
    let first = scene.world.append_sale(model, &tip(), now).unwrap();
    let second = scene.world.append_sale(model, &tip(), now).unwrap();
    assert_eq!(
        scene.world.vanish_row(model, first.sequence),
        Ok(first.clone())
    );
    assert_eq!(scene.world.ledger(model).unwrap(), [second]);
    assert_eq!(earnings(&mut scene).len(), 1);
    assert_eq!(all_time_gross(&mut scene), 500);
    let again = scene.world.vanish_row(model, first.sequence);
    assert_eq!(again, Err(AmendError::UnknownRow(first.sequence)));
}

#[test]
fn an_amended_row_keeps_its_identity_and_its_share() {
    let mut scene = empty();
    let (model, now) = (scene.model(0), scene.now);
    let mut sale = tip();
    sale.net_cents = Some(400);
    let row = scene.world.append_sale(model, &sale, now).unwrap();
    let more = Amendment {
        gross_cents: 1_000,
        net_cents: None,
    };
    let amended = scene.world.amend_row(model, row.sequence, more).unwrap();
    assert_eq!((amended.gross_cents, amended.net_cents), (1_000, 800));
    assert_eq!(amended.order_id, row.order_id);
    assert_eq!(all_time_gross(&mut scene), 1_000);
    let negative = Amendment {
        gross_cents: -1,
        net_cents: None,
    };
    let refused = scene.world.amend_row(model, row.sequence, negative);
    assert_eq!(refused, Err(AmendError::WrongSign(-1)));
}

#[test]
fn an_unknown_source_is_a_sale_that_lands_in_other() {
    let mut scene = empty();
    let (model, now) = (scene.model(0), scene.now);
    let hologram = Source::parse("hologram").unwrap();
    let sale = NewSale::new(hologram, 700);
    scene.world.append_sale(model, &sale, now).unwrap();
    assert_eq!(earnings(&mut scene)[0]["source"], "hologram");
    let all = scene.twin(0, "/insights/earnings?source=all");
    assert_eq!(scene.walk(&all).len(), 1);
    let path = scene.twin(0, "/insights/earnings/summary");
    let other = scene.read(&path)["breakdownBySource"]["other"]["gross"].clone();
    assert_eq!(other, 700);
}

#[test]
fn any_sale_may_have_a_null_user() {
    let mut scene = empty();
    let (model, now) = (scene.model(0), scene.now);
    let sale = NewSale {
        without_fan: true,
        ..tip()
    };
    scene.world.append_sale(model, &sale, now).unwrap();
    assert!(earnings(&mut scene)[0]["user"].is_null());
}

#[test]
fn a_creator_moves_to_another_generation_while_the_others_stay() {
    let mut scene = Scene::new();
    let model = scene.model(0);
    let v1 = format!("/v1{}", scene.twin(0, "/insights/earnings"));
    for shape in [Shape::Feb2026, Shape::Unversioned, Shape::V1] {
        scene.world.set_model_shape(model, Some(shape)).unwrap();
        let expected = if shape == Shape::V1 { 200 } else { 404 };
        assert_eq!(scene.get(&v1).status, expected, "{shape:?}");
        let agency_token = scene.token.clone();
        assert_eq!(
            read_everything(&mut scene, 0, shape),
            truth(&scene, 0, shape)
        );
        scene.token = agency_token;
    }
    let other = format!("/v1{}", scene.twin(1, "/insights/earnings"));
    assert_eq!(scene.get(&other).status, 200);
    scene.world.set_model_shape(model, None).unwrap();
    assert_eq!(scene.world.model_shape(model), Ok(Shape::Unversioned));
}

#[test]
fn the_clock_of_fanvue_may_be_ahead_or_behind() {
    for offset in [-600, 600] {
        let mut scene = Scene::with(
            &config()
                .with_transactions(0)
                .with_server_clock_offset(offset),
        );
        let row = scene
            .world
            .append_sale(scene.model(0), &tip(), scene.now)
            .unwrap();
        assert_eq!(row.occurred_at.0, scene.now.0 + offset * 1_000_000);
        assert_eq!(earnings(&mut scene).len(), 1);
        let reset = scene.get("/users/me");
        let reset: i64 = reset.header("X-RateLimit-Reset").unwrap().parse().unwrap();
        assert_eq!(reset, scene.now.0 / 1_000_000 + offset + 60);
    }
}
