use std::time::Duration;

use tidemark_simulator::{LedgerRow, SimulatorConfig, World};

use crate::support::{Scene, config, epoch};

fn live_config() -> SimulatorConfig {
    config().with_live_sales(Duration::from_secs(10))
}

fn rows(world: &World) -> Vec<Vec<LedgerRow>> {
    let models = world.models();
    models
        .iter()
        .map(|model| world.ledger(model.id).unwrap())
        .collect()
}

#[test]
fn sales_arrive_at_the_rate_asked_for() {
    let mut scene = Scene::with(&live_config());
    scene.wait(Duration::from_hours(1));
    scene.get("/users/me");
    let arrived = scene.world.totals().all.rows - 1_000;
    assert!((300..=420).contains(&arrived), "{arrived}");
}

#[test]
fn without_the_setting_nothing_arrives() {
    let mut scene = Scene::new();
    scene.wait(Duration::from_hours(24));
    scene.get("/users/me");
    assert_eq!(scene.world.totals().all.rows, 1_000);
}

#[test]
fn the_ledger_does_not_depend_on_how_often_somebody_looks() {
    let mut patient = World::new(&live_config(), epoch());
    let mut curious = World::new(&live_config(), epoch());
    let end = epoch().plus(Duration::from_mins(20));
    let mut now = epoch();
    while now < end {
        now = now.plus(Duration::from_millis(700)).min(end);
        curious.advance(now);
    }
    patient.advance(end);
    assert_eq!(rows(&patient), rows(&curious));
    assert!(patient.totals().all.rows > 1_050);
}

#[test]
fn nothing_is_dated_after_the_present_or_before_the_start() {
    let mut world = World::new(&live_config(), epoch());
    let end = epoch().plus(Duration::from_mins(20));
    world.advance(end);
    for row in rows(&world).concat() {
        assert!(row.occurred_at <= end);
    }
    let fresh = rows(&world).concat();
    let fresh = fresh.iter().filter(|row| row.occurred_at >= epoch());
    assert_eq!(fresh.count(), world.totals().all.rows - 1_000);
}

#[test]
fn a_simulator_started_again_tells_the_same_story_with_what_came_due_meanwhile() {
    let later = epoch().plus(Duration::from_hours(2));
    let mut kept_running = World::new(&live_config(), epoch());
    kept_running.advance(later);
    let mut started_again = World::new(&live_config(), later);
    started_again.advance(later);
    assert!(kept_running.totals().all.rows > 1_000);
    assert_eq!(rows(&kept_running), rows(&started_again));
}

#[test]
fn the_head_count_still_is_the_net_of_all_daily_events() {
    let mut scene = Scene::with(&live_config());
    scene.wait(Duration::from_hours(30));
    scene.token = scene.world.agency_grant(scene.now).access_token;
    let path = scene.twin(0, "/chats/lists/smart");
    let subscribers = scene.read(&path)[0]["count"].clone();
    let path = scene.twin(0, "/insights/subscribers");
    assert_eq!(scene.read(&path)["data"][0]["total"], subscribers);
}

#[test]
fn live_sales_without_a_creator_are_none() {
    let mut world = World::new(&live_config().with_models(0), epoch());
    world.advance(epoch().plus(Duration::from_hours(1)));
    assert_eq!(world.totals().all.rows, 0);
}
