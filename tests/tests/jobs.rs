//! The job components: three entrances to one function.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use tidemark_database::testing::for_each_database;
use tidemark_tests::World;
use tidemark_tests::world::CRON_SECRET;

#[tokio::test]
async fn every_job_describes_itself() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let jobs = world.application.describe_jobs().await.unwrap();
        let mut names: Vec<&str> = jobs
            .iter()
            .map(|job| job.description.name.as_str())
            .collect();
        names.sort_unstable();
        let known = [
            "check-late-shifts",
            "check-missed-posts",
            "daily-refresh",
            "sync-transactions",
        ];
        assert_eq!(names, known);
    })
    .await;
}

#[tokio::test]
async fn cron_routes_take_the_secret_in_the_header_and_nothing_else() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(20).on(database).await;
        for path in [
            "/api/cron/sync-transactions",
            "/api/cron/daily-refresh",
            "/api/cron/check-late-shifts",
            "/api/cron/check-missed-posts",
        ] {
            let by_query = format!("{path}?secret={CRON_SECRET}");
            let refused = world.request(Method::GET, &by_query).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{path}");
            for method in [Method::GET, Method::POST] {
                let step = world.request(method, path).bearer_auth(CRON_SECRET);
                let response = step.send().await.unwrap();
                assert_eq!(response.status(), StatusCode::OK, "{path}");
                let report: Value = response.json().await.unwrap();
                assert_eq!(report["done"], true, "{report}");
            }
        }
        assert_eq!(
            world
                .count("select count(*) from fanvue_transactions")
                .await,
            20
        );
    })
    .await;
}

#[tokio::test]
async fn a_cron_event_runs_the_same_step() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(20).on(database).await;
        for trigger in world.application.schedules() {
            world
                .application
                .handle_cron_trigger(trigger, 0)
                .await
                .unwrap();
        }
        assert_eq!(
            world
                .count("select count(*) from fanvue_transactions")
                .await,
            20
        );
        assert_eq!(
            world
                .count("select count(distinct job) from job_steps")
                .await,
            4
        );
        let status = world.json("/api/status").await;
        assert_eq!(status["jobs"].as_array().unwrap().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn d025_a_failed_count_leaves_the_old_value_with_its_age() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(400).on(database).await;
        world.sync(None).await;
        world.step("daily-refresh", None).await;
        let before = world.json("/api/models").await;
        world.simulator.revoke_tokens();
        let report = world.step("daily-refresh", None).await;
        assert_eq!(report.problems.len(), 1, "{report:?}");
        let after = world.json("/api/models").await;
        for member in ["subscribers", "followers"] {
            assert!(before["models"][0][member].is_i64());
            assert_eq!(before["models"][0][member], after["models"][0][member]);
        }
        let as_of = |models: &Value| models["models"][0]["freshness"]["audience"]["asOf"].clone();
        assert_eq!(as_of(&before), as_of(&after));
    })
    .await;
}

#[tokio::test]
async fn a_late_shift_is_found_once_and_corrected_by_a_late_clock_in() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let agency = world.agency;
        let member = uuid::Uuid::from_u128(1);
        let shift = uuid::Uuid::from_u128(2);
        for statement in [
            format!("insert into team_members values ('{agency}', '{member}', 'Ana', now())"),
            format!(
                "insert into shifts (agency_id, shift_id, member_id, starts_at, ends_at) values \
                 ('{agency}', '{shift}', '{member}', now() - interval '3 hours', now())"
            ),
        ] {
            world.rows(&statement).await;
        }
        let found = world.step("check-late-shifts", None).await;
        // Late, then missed.
        assert_eq!(found.rows.inserted, 2);
        let again = world.step("check-late-shifts", None).await;
        assert_eq!((again.rows.inserted, again.rows.changed), (0, 0));
        assert_eq!(
            world
                .count("select count(*) from punctuality where state = 'missed'")
                .await,
            1
        );
        let clock_in = format!(
            "insert into clock_ins values ('{agency}', gen_random_uuid(), '{shift}', \
             now() - interval '1 hour')"
        );
        world.rows(&clock_in).await;
        world.step("check-late-shifts", None).await;
        let minutes = "select minutes_late from punctuality where state = 'late_resolved'";
        assert_eq!(world.count(minutes).await, 120);
    })
    .await;
}
