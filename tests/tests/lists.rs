//! Top fans, the ledger as pages and as CSV, and the description of the routes, through the real
//! component.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::StatusCode;
use serde_json::Value;
use tidemark_database::testing::for_each_database;
use tidemark_tests::World;

async fn synced(database: &tidemark_database::testing::TestDatabase, rows: u32) -> World {
    let world = World::with_models(3).transactions(rows).on(database).await;
    world.sync(None).await;
    world
}

#[tokio::test]
async fn pages_hold_every_row_once_newest_first() {
    for_each_database(async |database| {
        let world = synced(database, 1_200).await;
        let (mut keys, mut instants) = (BTreeSet::new(), Vec::new());
        let mut path = "/api/transactions?limit=500".to_owned();
        loop {
            let page = world.json(&path).await;
            for row in page["transactions"].as_array().unwrap() {
                let key = (row["modelId"].to_string(), row["rowKey"].to_string());
                assert!(keys.insert(key), "{row}");
                instants.push(row["occurredAt"].as_str().unwrap().to_owned());
            }
            match page["nextCursor"].as_str() {
                Some(cursor) => path = format!("/api/transactions?limit=500&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(keys.len(), 1_200);
        assert!(instants.is_sorted_by(|newer, older| newer >= older));
        let tips = world.json("/api/transactions?category=tip&limit=5").await;
        let tips = tips["transactions"].as_array().unwrap();
        assert!(tips.iter().all(|row| row["category"] == "tip"));
        assert_eq!(tips.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn the_whole_ledger_is_streamed_as_csv() {
    for_each_database(async |database| {
        let world = synced(database, 3_500).await;
        let response = world
            .get("/api/transactions")
            .header("accept", "text/csv")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let content_type = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(content_type.starts_with("text/csv"));
        let file = response.text().await.unwrap();
        let mut lines = file.split_terminator("\r\n");
        assert!(
            lines
                .next()
                .unwrap()
                .starts_with("occurredAt,modelId,category,gross,net,")
        );
        assert_eq!(lines.count(), 3_500);
        let one_day = "/api/transactions?format=csv&startDate=2015-01-01&endDate=2015-01-01";
        let empty = world
            .get(one_day)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert_eq!(empty.lines().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn top_fans_are_those_who_spent_most_after_reversals() {
    for_each_database(async |database| {
        let world = synced(database, 2_000).await;
        let mut spent: BTreeMap<String, i64> = BTreeMap::new();
        for model in world.simulator.models() {
            for row in world.simulator.ledger(model.id).unwrap() {
                if let Some(fan) = row.fan {
                    *spent.entry(fan.to_string()).or_default() += row.gross_cents;
                }
            }
        }
        let listed = world
            .json("/api/analytics/top-fans?timeRange=all&limit=10")
            .await;
        let listed = listed["topFans"].as_array().unwrap();
        let mut amounts: Vec<i64> = spent.values().copied().collect();
        amounts.sort_unstable_by(|one, other| other.cmp(one));
        for (fan, most) in listed.iter().zip(amounts) {
            #[expect(clippy::cast_possible_truncation, reason = "test figures are small")]
            let cents = (fan["gross"].as_f64().unwrap() * 100.0).round() as i64;
            assert_eq!(cents, most);
            assert_eq!(cents, spent[fan["fanId"].as_str().unwrap()]);
            assert!(fan["handle"].is_string() && fan["purchases"].as_i64().unwrap() > 0);
        }
        assert_eq!(listed.len(), 10);
    })
    .await;
}

#[tokio::test]
async fn wrong_lists_are_refused_by_name() {
    for_each_database(async |database| {
        let world = synced(database, 20).await;
        for (path, field) in [
            ("/api/transactions?limit=0", "limit"),
            ("/api/transactions?limit=501", "limit"),
            ("/api/transactions?cursor=abc", "cursor"),
            ("/api/transactions?timeRange=7d", "timeRange"),
            ("/api/transactions?format=xml", "format"),
            ("/api/analytics/top-fans?compare=year", "compare"),
            ("/api/analytics/top-fans?limit=-1", "limit"),
        ] {
            let response = world.get(path).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["error"]["field"], field, "{path}");
        }
        let stranger = uuid::Uuid::from_u128(7);
        for route in ["/api/transactions", "/api/analytics/top-fans"] {
            for name in ["agencyId", "modelId"] {
                let path = format!("{route}?{name}={stranger}");
                let response = world.get(&path).send().await.unwrap();
                assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_tag_ends_with_the_next_sale_and_the_description_is_served() {
    for_each_database(async |database| {
        let world = synced(database, 60).await;
        let path = "/api/analytics/dashboard?timeRange=all&compare=none";
        let tag = async || {
            let response = world.get(path).send().await.unwrap();
            response.headers()["etag"].to_str().unwrap().to_owned()
        };
        let before = tag().await;
        assert_eq!(tag().await, before);
        world
            .rows("update fanvue_transactions set gross_cents = gross_cents + 1")
            .await;
        let known = world.get(path).header("if-none-match", &before);
        assert_eq!(known.send().await.unwrap().status(), StatusCode::OK);
        assert_ne!(tag().await, before);
        let document = world.json("/openapi.json").await;
        assert_eq!(document["openapi"], "3.1.0");
        assert!(document["paths"]["/api/transactions"].is_object());
    })
    .await;
}
