use std::time::Duration;

use serde_json::Value;
use tidemark_simulator::{NewSale, Shape, Source};

use crate::support::{Scene, config, members};

const SHORT_FAN: [&str; 5] = ["displayName", "handle", "isTopSpender", "nickname", "uuid"];
const LONG_FAN: [&str; 7] = [
    "avatarUrl",
    "displayName",
    "handle",
    "isTopSpender",
    "nickname",
    "registeredAt",
    "uuid",
];

fn earnings(scene: &mut Scene, prefix: &str) -> Vec<Value> {
    let path = scene.twin(0, "/insights/earnings?size=50");
    scene.walk(&format!("{prefix}{path}"))
}

fn first_of<'rows>(rows: &'rows [Value], source: &str) -> &'rows Value {
    let found = rows.iter().find(|row| row["source"] == source);
    found.expect("the world has a row of the source")
}

#[test]
fn rows_of_february_have_no_id_no_status_and_no_subject() {
    let mut scene = Scene::with(&config().with_shape(Shape::Feb2026));
    let rows = earnings(&mut scene, "");
    for row in &rows {
        assert_eq!(
            members(row),
            ["currency", "date", "gross", "net", "source", "user"]
        );
    }
    assert_eq!(members(&first_of(&rows, "tip")["user"]), SHORT_FAN);
}

#[test]
fn unversioned_rows_have_ids_and_the_long_fan() {
    let rows = earnings(&mut Scene::new(), "");
    let tip = first_of(&rows, "tip");
    assert_eq!(
        members(tip),
        [
            "currency",
            "date",
            "gross",
            "net",
            "source",
            "transactionOrderId",
            "transactionOrderStatus",
            "user"
        ]
    );
    assert_eq!(members(&tip["user"]), LONG_FAN);
}

#[test]
fn v1_rows_have_a_total_and_the_short_fan() {
    let rows = earnings(&mut Scene::new(), "/v1");
    for row in &rows {
        let (total, gross) = (
            row["total"].as_i64().unwrap(),
            row["gross"].as_i64().unwrap(),
        );
        assert!(total.abs() >= gross.abs());
    }
    assert_eq!(members(&first_of(&rows, "tip")["user"]), SHORT_FAN);
}

#[test]
fn only_message_rows_name_a_message_and_only_post_rows_a_post() {
    for prefix in ["", "/v1"] {
        for row in earnings(&mut Scene::new(), prefix) {
            assert_eq!(row.get("messageUuid").is_some(), row["source"] == "message");
            assert_eq!(row.get("postUuid").is_some(), row["source"] == "post");
        }
    }
}

#[test]
fn rewards_have_a_null_user_and_no_currency() {
    let rows = earnings(&mut Scene::new(), "");
    let referral = first_of(&rows, "referral");
    assert!(referral["user"].is_null());
    assert!(referral["currency"].is_null());
}

#[test]
fn reversals_are_rows_of_v1_with_a_link_and_absent_elsewhere() {
    let mut scene = Scene::new();
    let reversals = scene.world.totals().models[0].figures.reversals;
    assert!(reversals > 0);
    let is_reversal = |row: &&Value| row["source"] == "refund" || row["source"] == "chargeback";

    let v1 = earnings(&mut scene, "/v1");
    let reversed: Vec<&Value> = v1.iter().filter(is_reversal).collect();
    assert_eq!(reversed.len(), reversals);
    for row in reversed {
        assert!(row["gross"].as_i64().unwrap() < 0);
        assert!(row["net"].as_i64().unwrap() < 0);
        let sale = &row["reversedTransactionOrderId"];
        assert!(v1.iter().any(|other| &other["transactionOrderId"] == sale));
    }
    let unversioned = earnings(&mut scene, "");
    assert_eq!(unversioned.iter().filter(is_reversal).count(), 0);
}

#[test]
fn spending_has_the_own_reversals_without_any_id() {
    let mut scene = Scene::new();
    let expected: Vec<i64> = scene
        .world
        .ledger(scene.model(0))
        .unwrap()
        .iter()
        .filter(|row| row.source.is_reversal())
        .map(|row| row.gross_cents)
        .collect();
    scene.become_creator(0);
    let rows = scene.walk("/insights/spending?size=2");
    let grosses: Vec<i64> = rows
        .iter()
        .map(|row| row["gross"].as_i64().unwrap())
        .collect();
    assert_eq!(grosses, expected);
    for row in &rows {
        let allowed = [
            "currency",
            "date",
            "gross",
            "messageUuid",
            "net",
            "postUuid",
            "source",
            "user",
        ];
        assert!(members(row).iter().all(|member| allowed.contains(member)));
    }
}

#[test]
fn spending_can_be_filtered_by_kind() {
    let mut scene = Scene::with(&config().with_transactions(20_000));
    scene.become_creator(0);
    let refunds = scene.walk("/insights/spending?size=50&source=refund");
    let chargebacks = scene.walk("/insights/spending?size=50&source=chargeback");
    let all = scene.walk("/insights/spending?size=50&source=all");
    assert!(refunds.iter().all(|row| row["source"] == "refund"));
    assert!(!chargebacks.is_empty());
    assert_eq!(refunds.len() + chargebacks.len(), all.len());
    assert_eq!(scene.get("/insights/spending?source=tip").status, 400);
}

#[test]
fn spending_has_no_twin_and_no_v1() {
    let mut scene = Scene::new();
    let twin = scene.twin(0, "/insights/spending");
    assert_eq!(scene.get(&twin).status, 404);
    assert_eq!(scene.get("/v1/insights/spending").status, 404);
}

#[test]
fn a_row_is_pending_for_seven_days() {
    let settings = config()
        .with_transactions(0)
        .with_access_token_lifetime(Duration::from_hours(8 * 24));
    let mut scene = Scene::with(&settings);
    let sale = NewSale::new(Source::Tip, 500);
    scene
        .world
        .append_sale(scene.model(0), &sale, scene.now)
        .unwrap();
    let status = |scene: &mut Scene| earnings(scene, "")[0]["transactionOrderStatus"].clone();
    assert_eq!(status(&mut scene), "pendingBalance");
    scene.wait(Duration::from_hours(7 * 24) - Duration::from_millis(1));
    assert_eq!(status(&mut scene), "pendingBalance");
    scene.wait(Duration::from_millis(1));
    assert_eq!(status(&mut scene), "availableForPayout");
}

#[test]
fn v1_can_be_switched_off_and_on_while_running() {
    let mut scene = Scene::with(&config().with_v1_enabled(false));
    let path = format!("/v1{}", scene.twin(0, "/insights/earnings"));
    assert_eq!(scene.get(&path).status, 404);
    assert_eq!(scene.get("/v1/users/me").status, 404);
    assert_eq!(scene.get("/users/me").status, 200);
    scene.world.switches_mut().v1_enabled = true;
    assert_eq!(scene.get(&path).status, 200);
}

#[test]
fn a_fan_experience_is_known_to_v1_only() {
    let mut scene = Scene::with(&config().with_transactions(0));
    let sale = NewSale::new(Source::FanExperience, 500);
    scene
        .world
        .append_sale(scene.model(0), &sale, scene.now)
        .unwrap();
    assert_eq!(earnings(&mut scene, "").len(), 0);
    assert_eq!(earnings(&mut scene, "/v1").len(), 1);
}

#[test]
fn dates_are_utc_with_milliseconds() {
    for row in earnings(&mut Scene::new(), "") {
        let date = row["date"].as_str().unwrap();
        assert_eq!(date.len(), "2026-11-22T10:00:00.000Z".len());
        assert!(date.ends_with('Z'));
    }
}
