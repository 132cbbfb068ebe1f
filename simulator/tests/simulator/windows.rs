use std::time::Duration;

use tidemark_simulator::{Micros, NewSale, Source};

use crate::support::{Scene, answer_of, config};

fn at(text: &str) -> Micros {
    Micros::parse(text).unwrap()
}

/// One creator with a sale at 1, 2 and 3 o'clock.
fn three_sales() -> Scene {
    let mut scene = Scene::with(&config().with_transactions(0));
    for hour in 1..=3 {
        let mut sale = NewSale::new(Source::Tip, hour * 100);
        sale.occurred_at = Some(at(&format!("2026-11-20T0{hour}:00:00.000Z")));
        scene
            .world
            .append_sale(scene.model(0), &sale, scene.now)
            .unwrap();
    }
    scene
}

fn grosses(scene: &mut Scene, query: &str) -> Vec<i64> {
    let path = scene.twin(0, &format!("/insights/earnings?{query}"));
    let rows = scene.walk(&path);
    rows.iter()
        .map(|row| row["gross"].as_i64().unwrap())
        .collect()
}

#[test]
fn the_start_is_included_and_the_end_is_not() {
    let mut scene = three_sales();
    let query = "startDate=2026-11-20T01:00:00.000Z&endDate=2026-11-20T03:00:00.000Z";
    assert_eq!(grosses(&mut scene, query), [200, 100]);
    let query = "startDate=2026-11-20T01:00:00.001Z&endDate=2026-11-20T03:00:00.001Z";
    assert_eq!(grosses(&mut scene, query), [300, 200]);
}

#[test]
fn either_bound_may_be_left_out() {
    let mut scene = three_sales();
    assert_eq!(
        grosses(&mut scene, "startDate=2026-11-20T02:00:00.000Z"),
        [300, 200]
    );
    assert_eq!(
        grosses(&mut scene, "endDate=2026-11-20T02:00:00.000Z"),
        [100]
    );
    assert_eq!(grosses(&mut scene, ""), [300, 200, 100]);
}

#[test]
fn an_offset_is_honoured() {
    let mut scene = three_sales();
    let query = "startDate=2026-11-20T03:00:00.000%2B01:00";
    assert_eq!(grosses(&mut scene, query), [300, 200]);
}

#[test]
fn a_window_without_length_is_empty() {
    let mut scene = three_sales();
    let query = "startDate=2026-11-20T02:00:00.000Z&endDate=2026-11-20T02:00:00.000Z";
    assert!(grosses(&mut scene, query).is_empty());
}

#[test]
fn dates_that_are_no_instants_are_refused() {
    let mut scene = three_sales();
    for (name, date) in [
        ("startDate", "2026-11-20"),
        ("endDate", "2026-11-20T02:00:00"),
        ("startDate", "2026-13-01T00:00:00Z"),
        ("endDate", ""),
    ] {
        for endpoint in [
            "/insights/earnings",
            "/insights/earnings/summary",
            "/insights/subscribers",
        ] {
            let path = scene.twin(0, &format!("{endpoint}?{name}={date}"));
            let (status, body) = answer_of(&scene.get(&path));
            assert_eq!(status, 400, "{path}");
            assert!(body["errors"][0].as_str().unwrap().contains(name));
        }
    }
}

#[test]
fn a_start_after_the_end_is_refused() {
    let mut scene = three_sales();
    let query = "startDate=2026-11-20T03:00:00.000Z&endDate=2026-11-20T02:00:00.000Z";
    let path = scene.twin(0, &format!("/insights/earnings?{query}"));
    assert_eq!(scene.get(&path).status, 400);
}

#[test]
fn a_row_is_not_served_before_it_happens() {
    let mut scene = three_sales();
    let mut sale = NewSale::new(Source::Tip, 400);
    sale.occurred_at = Some(scene.now.plus(Duration::from_secs(1)));
    scene
        .world
        .append_sale(scene.model(0), &sale, scene.now)
        .unwrap();
    assert_eq!(grosses(&mut scene, ""), [300, 200, 100]);
    scene.wait(Duration::from_secs(1));
    assert_eq!(grosses(&mut scene, ""), [400, 300, 200, 100]);
}

#[test]
fn a_late_row_appears_at_its_own_date() {
    let mut scene = three_sales();
    let mut sale = NewSale::new(Source::Tip, 150);
    sale.occurred_at = Some(at("2026-11-20T01:30:00.000Z"));
    scene
        .world
        .append_sale(scene.model(0), &sale, scene.now)
        .unwrap();
    assert_eq!(grosses(&mut scene, ""), [300, 200, 150, 100]);
}
