//! On a cloud that serves HTTP and nothing else: the routes do what the schedules would do.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::Value;
use tidemark_database::testing::for_each_database;
use tidemark_tests::World;
use tidemark_tests::world::CRON_SECRET;

/// What Fermyon Cloud allows a request to take.
const LONGEST_REQUEST: Duration = Duration::from_secs(10);
/// The requests that it lets an application send in an hour.
const REQUESTS_PER_HOUR: u64 = 500;

/// Requests that Fanvue has had.
fn calls_of(world: &World) -> u64 {
    let simulator = &world.simulator;
    simulator.with_world(|fanvue, _| fanvue.request_log().total())
}

#[tokio::test]
async fn five_models_are_synced_by_short_requests_and_few_calls() {
    for_each_database(async |database| {
        let world = World::with_models(5)
            .transactions(6_000)
            .manifest("spin-cloud.toml")
            .on(database)
            .await;
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps <= 50, "the sync does not end");
            let began = Instant::now();
            let step = world.request(Method::POST, "/api/cron/sync-transactions");
            let response = step.bearer_auth(CRON_SECRET).send().await.unwrap();
            let took = began.elapsed();
            assert_eq!(response.status(), StatusCode::OK);
            assert!(took < LONGEST_REQUEST, "step {steps} took {took:?}");
            let report: Value = response.json().await.unwrap();
            if report["outcome"] == "done" {
                break;
            }
            assert_eq!(report["outcome"], "more", "{report}");
        }
        world.assert_ledger_is_true().await;
        let calls = calls_of(&world);
        assert!(
            calls <= REQUESTS_PER_HOUR,
            "{calls} requests for the first sync"
        );

        // The hour after that: every job at its cadence.
        world
            .simulator
            .with_world(|fanvue, _| fanvue.clear_request_log());
        for minute in (0..60).step_by(5) {
            let mut routes = vec!["/api/cron/daily-refresh"];
            if minute % 15 == 0 {
                routes.push("/api/cron/sync-transactions");
            }
            for route in routes {
                let step = world.request(Method::POST, route).bearer_auth(CRON_SECRET);
                assert_eq!(
                    step.send().await.unwrap().status(),
                    StatusCode::OK,
                    "{route}"
                );
            }
        }
        let calls = calls_of(&world);
        assert!(calls <= REQUESTS_PER_HOUR, "{calls} requests in an hour");
    })
    .await;
}
