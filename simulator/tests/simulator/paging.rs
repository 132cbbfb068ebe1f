use serde_json::Value;
use tidemark_simulator::{LedgerRow, NewSale, Shape, Source};

use crate::support::{Scene, answer_of, config};

fn ids(rows: &[Value]) -> Vec<&str> {
    let mut ids = Vec::new();
    for row in rows {
        ids.push(row["transactionOrderId"].as_str().unwrap());
    }
    ids
}

fn ledger_ids(rows: &[LedgerRow]) -> Vec<&str> {
    rows.iter()
        .map(|row| row.order_id.as_deref().unwrap())
        .collect()
}

#[test]
fn a_walk_gives_every_row_once_newest_first_at_any_size() {
    let mut scene = Scene::new();
    let ledger = scene.world.ledger(scene.model(1)).unwrap();
    for size in [1, 7, 49, 50] {
        let path = scene.twin(1, &format!("/insights/earnings?size={size}"));
        let rows = scene.walk(&format!("/v1{path}"));
        assert_eq!(ids(&rows), ledger_ids(&ledger), "size {size}");
    }
}

#[test]
fn the_default_size_is_20_and_the_last_page_has_no_cursor() {
    let mut scene = Scene::new();
    let first = scene.twin(0, "/insights/earnings");
    let page = scene.read(&first);
    assert_eq!(page["data"].as_array().unwrap().len(), 20);
    assert!(page["nextCursor"].is_string());

    let whole = scene.twin(2, "/insights/earnings?size=50");
    let page = scene.read(&whole);
    assert_eq!(page["data"].as_array().unwrap().len(), 10);
    assert!(page["nextCursor"].is_null());
}

#[test]
fn a_page_that_ends_exactly_with_the_list_has_no_cursor() {
    let mut scene = Scene::new();
    let path = scene.twin(2, "/insights/earnings?size=10");
    assert!(scene.read(&path)["nextCursor"].is_null());
}

#[test]
fn rows_of_one_instant_are_split_by_a_page_border_without_loss() {
    let mut scene = Scene::with(&config().with_transactions(0));
    let model = scene.model(0);
    for _ in 0..7 {
        let sale = NewSale::new(Source::Tip, 500);
        scene.world.append_sale(model, &sale, scene.now).unwrap();
    }
    let path = scene.twin(0, "/insights/earnings?size=3");
    let rows = scene.walk(&path);
    let ledger = scene.world.ledger(model).unwrap();
    assert_eq!(ids(&rows), ledger_ids(&ledger));
    assert_eq!(rows.len(), 7);
}

#[test]
fn a_sale_during_a_walk_neither_repeats_nor_hides_a_row() {
    let mut scene = Scene::new();
    let model = scene.model(1);
    let path = format!("/v1{}", scene.twin(1, "/insights/earnings?size=50"));
    let before = scene.world.ledger(model).unwrap();

    let mut page = scene.read(&path);
    let mut rows: Vec<Value> = Vec::new();
    loop {
        rows.extend(page["data"].as_array().unwrap().iter().cloned());
        let sale = NewSale::new(Source::Tip, 500);
        scene.world.append_sale(model, &sale, scene.now).unwrap();
        match scene.next_page(&path, &page) {
            Some(next) => page = next,
            None => break,
        }
    }
    assert_eq!(ids(&rows), ledger_ids(&before));
}

#[test]
fn the_source_filter_is_a_comma_separated_list() {
    let mut scene = Scene::new();
    let path = scene.twin(0, "/insights/earnings?size=50&source=tip,post");
    let rows = scene.walk(&path);
    let ledger = scene.world.ledger(scene.model(0)).unwrap();
    let expected: Vec<&str> = ledger
        .iter()
        .filter(|row| matches!(row.source, Source::Tip | Source::Post))
        .map(|row| row.order_id.as_deref().unwrap())
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(ids(&rows), expected);
}

#[test]
fn all_is_every_source() {
    let mut scene = Scene::new();
    let everything = scene.twin(1, "/insights/earnings?size=50");
    let all = scene.twin(1, "/insights/earnings?size=50&source=all");
    assert_eq!(scene.walk(&everything), scene.walk(&all));
}

#[test]
fn an_unknown_source_is_refused_by_name() {
    let mut scene = Scene::new();
    let path = scene.twin(0, "/insights/earnings?source=tip,lottery");
    let (status, body) = answer_of(&scene.get(&path));
    assert_eq!(status, 400);
    assert!(body["errors"][0].as_str().unwrap().contains("lottery"));
}

#[test]
fn reversal_sources_are_unknown_to_the_unversioned_filter_only() {
    let mut scene = Scene::new();
    let path = scene.twin(0, "/insights/earnings?source=refund");
    assert_eq!(scene.get(&path).status, 400);
    assert_eq!(scene.get(&format!("/v1{path}")).status, 200);
}

#[test]
fn a_size_outside_1_to_50_is_refused() {
    let mut scene = Scene::new();
    for size in ["0", "51", "-1", "many", ""] {
        for list in ["/insights/earnings", "/insights/subscribers", "/posts"] {
            let path = scene.twin(0, &format!("{list}?size={size}"));
            let (status, body) = answer_of(&scene.get(&path));
            assert_eq!(status, 400, "{path}");
            assert_eq!(body["errors"].as_array().unwrap().len(), 1);
        }
    }
}

#[test]
fn a_malformed_cursor_is_refused() {
    let mut scene = Scene::new();
    for cursor in ["", "xyz", "2026-11-22T00:00:00.000Z"] {
        let path = scene.twin(0, &format!("/insights/earnings?cursor={cursor}"));
        let (status, body) = answer_of(&scene.get(&path));
        assert_eq!(status, 400, "{cursor}");
        assert!(body["errors"][0].as_str().unwrap().contains("cursor"));
    }
}

#[test]
fn a_cursor_of_another_list_is_refused() {
    let mut scene = Scene::new();
    let earnings = scene.twin(0, "/insights/earnings");
    let cursor = scene.read(&earnings)["nextCursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = scene.twin(0, &format!("/insights/subscribers?cursor={cursor}"));
    assert_eq!(scene.get(&path).status, 400);
}

#[test]
fn everything_wrong_with_a_query_is_answered_at_once() {
    let mut scene = Scene::new();
    let path = scene.twin(
        0,
        "/insights/earnings?size=0&cursor=x&startDate=yesterday&source=x",
    );
    let (_, body) = answer_of(&scene.get(&path));
    assert_eq!(body["errors"].as_array().unwrap().len(), 4);
}

#[test]
fn walks_work_in_every_shape() {
    for shape in [Shape::Feb2026, Shape::Unversioned, Shape::V1] {
        let mut scene = Scene::with(&config().with_shape(shape));
        let path = scene.twin(1, "/insights/earnings?size=9");
        let figures = scene.world.totals().models[1].figures;
        let expected = if shape == Shape::V1 {
            figures.rows
        } else {
            figures.sales
        };
        assert_eq!(scene.walk(&path).len(), expected, "{shape:?}");
    }
}

#[test]
fn creators_are_paged_by_number() {
    let mut scene = Scene::with(&config().with_models(7));
    let first = scene.read("/creators?size=3");
    assert_eq!(first["pagination"]["page"], 1);
    assert_eq!(first["pagination"]["size"], 3);
    assert_eq!(first["pagination"]["hasMore"], true);
    let last = scene.read("/creators?size=3&page=3");
    assert_eq!(last["pagination"]["size"], 1);
    assert_eq!(last["pagination"]["hasMore"], false);
    let beyond = scene.read("/creators?size=3&page=4");
    assert_eq!(beyond["data"].as_array().unwrap().len(), 0);
    assert_eq!(scene.get("/creators?page=0").status, 400);
}

#[test]
fn creators_are_listed_in_the_order_of_the_models() {
    let mut scene = Scene::new();
    let page = scene.read("/creators");
    let listed: Vec<&str> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|creator| creator["handle"].as_str().unwrap())
        .collect();
    let models = scene.world.models();
    let handles: Vec<&str> = models.iter().map(|model| model.handle.as_str()).collect();
    assert_eq!(listed, handles);
    assert!(page["data"][0]["avatarUrl"].is_null());
}
