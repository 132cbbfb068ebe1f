use std::collections::BTreeSet;

use serde_json::Value;
use tidemark_simulator::{FaultKind, FaultTarget, ScriptedFault};

use crate::support::Scene;

const PATH: &str = "/insights/earnings?size=20";

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter()
        .map(|row| row["transactionOrderId"].to_string())
        .collect()
}

fn data(page: &Value) -> Vec<String> {
    ids(page["data"].as_array().unwrap())
}

fn script(scene: &mut Scene, kind: FaultKind, request: u32) -> String {
    let fault = ScriptedFault::new(kind)
        .on(FaultTarget::Earnings)
        .at_request(request);
    scene.world.script_fault(fault);
    scene.twin(1, PATH)
}

fn undisturbed() -> Vec<String> {
    let mut scene = Scene::new();
    let path = scene.twin(1, PATH);
    ids(&scene.walk(&path))
}

#[test]
fn a_duplicate_page_comes_twice_and_then_the_walk_goes_on() {
    for request in [1, 3] {
        let mut scene = Scene::new();
        let path = script(&mut scene, FaultKind::DuplicatePage, request);
        let rows = ids(&scene.walk(&path));
        let mut expected = undisturbed();
        let from = (request as usize - 1) * 20;
        let page = expected[from..from + 20].to_vec();
        expected.splice(from..from, page);
        assert_eq!(rows, expected);
    }
}

#[test]
fn the_last_page_can_be_a_duplicate_too() {
    let mut scene = Scene::new();
    let pages = u32::try_from(undisturbed().len().div_ceil(20)).unwrap();
    let path = script(&mut scene, FaultKind::DuplicatePage, pages);
    let rows = ids(&scene.walk(&path));
    let unique: BTreeSet<&String> = rows.iter().collect();
    assert!(unique.len() < rows.len());
    assert_eq!(unique.len(), undisturbed().len());
}

#[test]
fn the_cursor_of_a_duplicate_is_another_text() {
    let mut scene = Scene::new();
    let path = script(&mut scene, FaultKind::DuplicatePage, 2);
    let first = scene.read(&path);
    let second = scene.next_page(&path, &first).unwrap();
    let again = scene.next_page(&path, &second).unwrap();
    assert_ne!(first["nextCursor"], second["nextCursor"]);
    assert_eq!(data(&second), data(&again));
}

#[test]
fn a_shuffled_page_has_the_same_rows_in_another_order() {
    let mut scene = Scene::new();
    let path = script(&mut scene, FaultKind::ShuffledPage, 1);
    let shuffled = data(&scene.read(&path));
    let ordered = data(&scene.read(&path));
    assert_ne!(shuffled, ordered);
    let sorted = |rows: Vec<String>| rows.into_iter().collect::<BTreeSet<String>>();
    assert_eq!(sorted(shuffled), sorted(ordered));
}

#[test]
fn an_empty_page_has_a_cursor_that_leads_to_its_rows() {
    for request in [1, 2] {
        let mut scene = Scene::new();
        let path = script(&mut scene, FaultKind::EmptyPage, request);
        let mut page = scene.read(&path);
        if request == 2 {
            page = scene.next_page(&path, &page).unwrap();
        }
        assert!(data(&page).is_empty());
        assert!(page["nextCursor"].is_string());
        scene = Scene::new();
        let path = script(&mut scene, FaultKind::EmptyPage, request);
        assert_eq!(ids(&scene.walk(&path)), undisturbed());
    }
}

#[test]
fn several_empty_pages_may_follow_each_other() {
    let mut scene = Scene::new();
    let fault = ScriptedFault::new(FaultKind::EmptyPage).times(5);
    scene.world.script_fault(fault);
    let path = scene.twin(1, PATH);
    assert_eq!(ids(&scene.walk(&path)), undisturbed());
    assert_eq!(scene.world.request_log().fault(FaultKind::EmptyPage), 5);
}

#[test]
fn pages_of_spending_are_disturbed_as_well() {
    let mut scene = Scene::new();
    scene.become_creator(0);
    let fault = ScriptedFault::new(FaultKind::DuplicatePage).on(FaultTarget::Spending);
    let honest = scene.walk("/insights/spending?size=2");
    scene.world.script_fault(fault);
    let rows = scene.walk("/insights/spending?size=2");
    assert_eq!(rows.len(), honest.len() + 2);
    assert_eq!(rows[2..], honest);
}

#[test]
fn lists_that_are_no_money_keep_their_order() {
    let mut scene = Scene::new();
    scene
        .world
        .script_fault(ScriptedFault::new(FaultKind::ShuffledPage));
    let path = scene.twin(0, "/posts");
    scene.get(&path);
    assert_eq!(scene.world.request_log().faults.len(), 0);
}
