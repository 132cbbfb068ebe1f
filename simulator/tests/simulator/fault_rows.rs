use std::collections::BTreeSet;

use serde_json::Value;
use tidemark_simulator::{FaultKind, Faults, ScriptedFault};

use crate::support::{Scene, config};

const EARNINGS: &str = "/insights/earnings?size=10";

fn rows(page: &Value) -> &Vec<Value> {
    page["data"].as_array().unwrap()
}

/// Whether a client could store the row.
fn is_readable(row: &Value) -> bool {
    let has_date = row["date"].as_str().is_some_and(|date| date.ends_with('Z'));
    has_date && row["gross"].is_i64() && row["net"].is_i64() && row["source"].is_string()
}

#[test]
fn one_row_of_a_page_is_malformed_and_whole_the_next_time() {
    let mut scene = Scene::new();
    let path = scene.twin(0, EARNINGS);
    let whole = scene.read(&path);
    for _ in 0..20 {
        let fault = ScriptedFault::new(FaultKind::MalformedRow);
        let spoilt = scene.get_under(fault, &path).json_body().unwrap();
        let unreadable = rows(&spoilt).iter().filter(|row| !is_readable(row)).count();
        assert_eq!(unreadable, 1);
        let different = rows(&spoilt).iter().zip(rows(&whole));
        assert_eq!(different.filter(|(one, other)| one != other).count(), 1);
        assert_eq!(scene.read(&path), whole);
    }
}

#[test]
fn rows_are_malformed_in_different_ways() {
    let mut scene = Scene::new();
    let faults = Faults::none().with(FaultKind::MalformedRow, 1_000);
    scene.world.set_faults(faults);
    let path = scene.twin(0, "/insights/earnings?size=1");
    let mut ways = BTreeSet::new();
    for _ in 0..60 {
        let page = scene.read(&path);
        let row = &rows(&page)[0];
        ways.insert((
            row["date"].to_string(),
            row["gross"].to_string(),
            row["net"].to_string(),
            row.get("source").is_some(),
        ));
    }
    assert_eq!(ways.len(), 6);
    assert!(ways.iter().any(|(date, ..)| date == "\"yesterday\""));
    assert!(ways.iter().any(|(_, gross, ..)| gross == "12.5"));
    assert!(ways.iter().any(|(.., has_source)| !has_source));
}

#[test]
fn a_page_without_rows_has_none_to_spoil() {
    let mut scene = Scene::with(&config().with_transactions(0));
    let path = scene.twin(0, EARNINGS);
    let fault = ScriptedFault::new(FaultKind::MalformedRow);
    assert_eq!(scene.get_under(fault, &path).status, 200);
    assert_eq!(scene.world.request_log().fault(FaultKind::MalformedRow), 0);
}

#[test]
fn drifting_rows_keep_what_identifies_them_and_differ_in_their_members() {
    let mut scene = Scene::new();
    let path = format!("/v1{}", scene.twin(0, EARNINGS));
    let honest = scene.read(&path);
    let faults = Faults::none().with(FaultKind::SchemaDrift, 1_000);
    scene.world.set_faults(faults);
    let mut key_sets = BTreeSet::new();
    for _ in 0..40 {
        let page = scene.read(&path);
        for (row, true_row) in rows(&page).iter().zip(rows(&honest)) {
            assert!(is_readable(row));
            for member in ["date", "gross", "net", "source", "transactionOrderId"] {
                assert_eq!(row[member], true_row[member]);
            }
        }
        let mut keys: Vec<String> = page.as_object().unwrap().keys().cloned().collect();
        keys.extend(rows(&page)[0].as_object().unwrap().keys().cloned());
        key_sets.insert(keys);
    }
    assert!(key_sets.len() > 10);
    assert!(key_sets.iter().flatten().any(|key| key == "attribution"));
    assert!(key_sets.iter().flatten().any(|key| key == "totalAmount"));
}

#[test]
fn drift_never_renames_what_identifies_a_row_without_an_id() {
    let mut scene = Scene::new();
    scene.become_creator(0);
    let honest = scene.read("/insights/spending?size=50");
    let faults = Faults::none().with(FaultKind::SchemaDrift, 1_000);
    scene.world.set_faults(faults);
    for _ in 0..20 {
        let page = scene.read("/insights/spending?size=50");
        for (row, true_row) in rows(&page).iter().zip(rows(&honest)) {
            assert_eq!(row.get("messageUuid"), true_row.get("messageUuid"));
            assert_eq!(row.get("postUuid"), true_row.get("postUuid"));
        }
    }
}
