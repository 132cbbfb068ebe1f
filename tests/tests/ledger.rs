//! From Fanvue to the ledger, through the real components.

use std::time::Duration;

use tidemark_database::testing::for_each_database;
use tidemark_simulator::{Micros, NewSale, Shape, Source};
use tidemark_tests::World;

#[tokio::test]
async fn every_row_of_three_models_arrives_once() {
    for_each_database(async |database| {
        let world = World::with_models(3).transactions(3_500).on(database).await;
        world.sync(None).await;
        assert_eq!(
            world
                .count("select count(*) from fanvue_transactions")
                .await,
            3_500
        );
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn d013_a_second_sync_and_a_full_one_change_nothing() {
    for_each_database(async |database| {
        let world = World::with_models(2).transactions(600).on(database).await;
        world.sync(None).await;
        let again = world.step("sync-transactions", None).await;
        assert_eq!((again.rows.inserted, again.rows.changed), (0, 0));
        let body = serde_json::json!({ "full": true });
        let response = world
            .request(reqwest::Method::POST, "/api/sync")
            .bearer_auth(world.owner.expose())
            .json(&body)
            .send()
            .await
            .unwrap();
        let report: serde_json::Value = response.json().await.unwrap();
        assert_eq!(report["outcome"], "done", "{report}");
        let rows = &report["rows"];
        assert!(rows["fetched"].as_u64().unwrap() >= 600, "{report}");
        assert_eq!(
            (&rows["inserted"], &rows["changed"]),
            (&0.into(), &0.into())
        );
    })
    .await;
}

#[tokio::test]
async fn d003_a_sync_cut_into_the_shortest_steps_ends_with_the_same_ledger() {
    for_each_database(async |database| {
        let world = World::with_models(2).transactions(700).on(database).await;
        let steps = world.sync(Some(Duration::from_millis(1))).await;
        assert!(steps > 2, "{steps} steps");
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn d004_a_late_row_with_an_old_date_is_found_by_the_look_back() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(100).on(database).await;
        world.sync(None).await;
        let model = world.simulator.models()[0].id;
        let mut sale = NewSale::new(Source::Tip, 1_234);
        sale.occurred_at = Some(Micros::now().minus(Duration::from_hours(40)));
        world.simulator.append_sale(model, &sale).unwrap();
        world.sync(None).await;
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn an_account_without_the_v1_family_is_read_by_the_older_paths() {
    for_each_database(async |database| {
        let world = World::with_models(1)
            .transactions(300)
            .fanvue(|config| config.with_v1_enabled(false).with_shape(Shape::Feb2026))
            .on(database)
            .await;
        world.sync(None).await;
        let model = world.simulator.models()[0].id;
        let sales = world.simulator.ledger(model).unwrap();
        let sales: Vec<i64> = sales
            .iter()
            .map(|row| row.gross_cents)
            .filter(|gross| *gross >= 0)
            .collect();
        let stored = "select count(*), sum(gross_cents)::bigint from fanvue_transactions";
        let row = &world.rows(stored).await[0];
        assert_eq!(
            row.get::<i64>(0).unwrap(),
            i64::try_from(sales.len()).unwrap()
        );
        assert_eq!(row.get::<i64>(1).unwrap(), sales.iter().sum::<i64>());
        let again = world.step("sync-transactions", None).await;
        assert_eq!((again.rows.inserted, again.rows.changed), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn two_callers_at_once_never_double_a_row() {
    for_each_database(async |database| {
        let world = World::with_models(2).transactions(800).on(database).await;
        tokio::join!(
            world.step("sync-transactions", None),
            world.step("sync-transactions", None),
            world.step("sync-transactions", None),
        );
        world.sync(None).await;
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn an_expired_token_is_renewed_and_the_sync_goes_on() {
    for_each_database(async |database| {
        let world = World::with_models(1)
            .transactions(200)
            .fanvue(|config| config.with_access_token_lifetime(Duration::from_secs(2)))
            .on(database)
            .await;
        world.sync(None).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        world.sync(None).await;
        let renewed = "select max(token_version) from connections";
        assert!(world.count(renewed).await > 1);
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn a_revoked_grant_asks_for_a_reconnection_and_keeps_the_ledger() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(50).on(database).await;
        world.sync(None).await;
        world.simulator.revoke_tokens();
        let report = world.step("sync-transactions", None).await;
        assert_eq!(report.problems[0].code, "reconnect", "{report:?}");
        let status = world.json("/api/status").await;
        assert_eq!(status["connections"][0]["state"], "reconnect");
        assert_eq!(
            world
                .count("select count(*) from fanvue_transactions")
                .await,
            50
        );
    })
    .await;
}
