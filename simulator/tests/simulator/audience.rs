use std::collections::BTreeMap;

use serde_json::Value;
use tidemark_simulator::{NewSale, Source};

use crate::support::{Scene, config};

fn lists(scene: &mut Scene, prefix: &str) -> BTreeMap<String, i64> {
    let path = format!("{prefix}{}", scene.twin(0, "/chats/lists/smart"));
    let body = scene.read(&path);
    let lists = body.as_array().expect("a bare array").iter();
    lists
        .map(|list| (text(&list["uuid"]), list["count"].as_i64().unwrap()))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn days(scene: &mut Scene, query: &str) -> Vec<Value> {
    let path = scene.twin(0, &format!("/insights/subscribers?{query}"));
    scene.walk(&path)
}

fn count(row: &Value, member: &str) -> i64 {
    row[member].as_i64().unwrap()
}

#[test]
fn the_head_count_is_the_net_of_all_daily_events() {
    let mut scene = Scene::new();
    let subscribers = lists(&mut scene, "")["subscribers"];
    assert!(subscribers > 0);
    let rows = days(&mut scene, "size=50");
    let net: i64 = rows
        .iter()
        .map(|row| count(row, "newSubscribersCount") - count(row, "cancelledSubscribersCount"))
        .sum();
    assert_eq!(net, subscribers);
    assert_eq!(count(&rows[0], "total"), subscribers);
    assert!(
        rows.iter()
            .any(|row| count(row, "cancelledSubscribersCount") > 0)
    );
}

#[test]
fn every_start_has_a_subscription_row_on_its_day() {
    let mut scene = Scene::new();
    let mut starts: BTreeMap<String, i64> = BTreeMap::new();
    for row in scene.world.ledger(scene.model(0)).unwrap() {
        if row.source == Source::Subscription {
            *starts
                .entry(row.occurred_at.to_string()[..10].to_owned())
                .or_default() += 1;
        }
    }
    for row in days(&mut scene, "size=50") {
        let day = &text(&row["date"])[..10];
        assert_eq!(
            starts.remove(day).unwrap_or(0),
            count(&row, "newSubscribersCount")
        );
    }
    assert!(starts.is_empty());
}

#[test]
fn subscriber_days_come_newest_first_once_each_at_any_size() {
    let mut scene = Scene::new();
    let all = days(&mut scene, "size=50");
    let dates: Vec<String> = all.iter().map(|row| text(&row["date"])).collect();
    assert!(dates.is_sorted_by(|newer, older| newer > older));
    assert!(dates.iter().all(|date| date.ends_with("T00:00:00.000Z")));
    assert_eq!(days(&mut scene, "size=3"), all);
}

#[test]
fn the_total_is_the_net_change_since_the_start_of_the_range() {
    let mut scene = Scene::new();
    let rows = days(&mut scene, "size=50&startDate=2026-10-01T00:00:00.000Z");
    let mut total = 0;
    for row in rows.iter().rev() {
        total += count(row, "newSubscribersCount") - count(row, "cancelledSubscribersCount");
        assert_eq!(count(row, "total"), total);
    }
    assert!(rows.len() > 10);
}

#[test]
fn the_time_part_of_the_bounds_is_ignored_and_the_last_day_is_out() {
    let mut scene = Scene::new();
    let query = "size=50&startDate=2026-10-01T23:00:00.000Z&endDate=2026-10-20T22:00:00.000Z";
    let midnight = "size=50&startDate=2026-10-01T00:00:00.000Z&endDate=2026-10-20T00:00:00.000Z";
    let rows = days(&mut scene, query);
    assert_eq!(rows, days(&mut scene, midnight));
    assert!(
        rows.iter()
            .all(|row| text(&row["date"])[..10] < *"2026-10-20")
    );
    assert!(
        rows.iter()
            .all(|row| text(&row["date"])[..10] >= *"2026-10-01")
    );
}

#[test]
fn followers_leave_subscribers_out_unversioned_and_have_them_in_v1() {
    let mut scene = Scene::new();
    let unversioned = lists(&mut scene, "");
    let v1 = lists(&mut scene, "/v1");
    assert_eq!(v1["subscribers"], unversioned["subscribers"]);
    assert_eq!(
        v1["followers"],
        unversioned["followers"] + unversioned["subscribers"]
    );
    assert!(v1.contains_key("muted") && v1.contains_key("creators"));
    assert_eq!(unversioned.len(), 7);
}

#[test]
fn smart_lists_are_parts_of_each_other() {
    let lists = lists(&mut Scene::new(), "");
    assert_eq!(
        lists["auto_renewing"] + lists["non_renewing"],
        lists["subscribers"]
    );
    assert!(lists["free_trial_subscribers"] <= lists["subscribers"]);
    assert!(lists["expired_subscribers"] > 0);
    assert!(lists["spent_more_than_50"] > 0);
}

#[test]
fn the_profile_counts_as_many_fans_as_the_lists() {
    let mut scene = Scene::new();
    let lists = lists(&mut scene, "");
    scene.become_creator(0);
    let counts = &scene.read("/users/me")["fanCounts"];
    assert_eq!(counts["subscribersCount"], lists["subscribers"]);
    assert_eq!(counts["followersCount"], lists["followers"]);
}

#[test]
fn an_appended_subscription_raises_the_head_count_once() {
    let mut scene = Scene::with(&config().with_transactions(0));
    let model = scene.model(0);
    let mut sale = NewSale::new(Source::Subscription, 0);
    let row = scene.world.append_sale(model, &sale, scene.now).unwrap();
    assert_eq!(lists(&mut scene, "")["subscribers"], 1);
    assert_eq!(lists(&mut scene, "")["free_trial_subscribers"], 1);
    sale.fan = row.fan;
    scene.world.append_sale(model, &sale, scene.now).unwrap();
    assert_eq!(lists(&mut scene, "")["subscribers"], 1);
}

#[test]
fn unread_counts_are_personal() {
    let mut scene = Scene::new();
    scene.become_creator(0);
    let before = scene.read("/chats/unread");
    let sale = NewSale::new(Source::Tip, 500);
    scene
        .world
        .append_sale(scene.model(0), &sale, scene.now)
        .unwrap();
    let after = scene.read("/v1/chats/unread");
    assert_eq!(before["unreadMessagesCount"], after["unreadMessagesCount"]);
    let tips = |body: &Value| count(&body["unreadNotifications"], "newTip");
    assert_eq!(tips(&after), tips(&before) + 1);
}

#[test]
fn subscribers_who_cannot_be_contacted_are_in_no_list_and_no_event_tells_of_them() {
    let mut scene = Scene::new();
    let before = lists(&mut scene, "")["subscribers"];
    let events = days(&mut scene, "size=50");
    let model = scene.model(0);
    scene.world.hide_subscribers(model, 2).unwrap();
    assert_eq!(lists(&mut scene, "")["subscribers"], before - 2);
    assert_eq!(days(&mut scene, "size=50"), events);
}

#[test]
fn a_series_that_begins_later_counts_its_totals_from_there() {
    let mut scene = Scene::new();
    let model = scene.model(0);
    let known = scene.world.subscriber_days(model).unwrap();
    let first = known[known.len() / 2];
    scene.world.begin_subscriber_days(model, first.day).unwrap();
    let rows = days(&mut scene, "size=50");
    let oldest = rows.last().unwrap();
    assert_eq!(
        count(oldest, "newSubscribersCount"),
        i64::from(first.started)
    );
    let net = i64::from(first.started) - i64::from(first.ended);
    assert_eq!(count(oldest, "total"), net);
    assert_eq!(rows.len(), known.len() - known.len() / 2);
}

#[test]
fn smart_lists_come_bare_or_wrapped() {
    let mut scene = Scene::new();
    let bare = lists(&mut scene, "");
    scene.world.switches_mut().smart_lists_wrapped = true;
    let path = scene.twin(0, "/chats/lists/smart");
    let wrapped = scene.read(&path);
    assert_eq!(wrapped["data"].as_array().unwrap().len(), bare.len());
}
