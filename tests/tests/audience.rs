//! The audience through the real components: counted, kept, shown.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tidemark_database::testing::for_each_database;
use tidemark_domain::{LocalDay, Zone};
use tidemark_ports::Clock as _;
use tidemark_simulator::{FaultKind, FaultTarget, ScriptedFault};
use tidemark_tests::World;
use tidemark_tests::world::CRON_SECRET;

/// Starts and ends per UTC day of all models together.
fn events(world: &World) -> BTreeMap<LocalDay, (i64, i64)> {
    let mut events = BTreeMap::new();
    for model in world.simulator.models() {
        let days = world
            .simulator
            .with_world(|simulated, _| simulated.subscriber_days(model.id));
        for day in days.unwrap() {
            let on = LocalDay::EPOCH.plus_days(i32::try_from(day.day).unwrap());
            let sum: &mut (i64, i64) = events.entry(on).or_default();
            sum.0 += i64::from(day.started);
            sum.1 += i64::from(day.ended);
        }
    }
    events
}

/// Subscribers and followers that Fanvue's lists count, of all models together.
fn head_counts(world: &World) -> (i64, i64) {
    let counts = world.simulator.models().into_iter().map(|model| {
        let counted = world
            .simulator
            .with_world(|simulated, now| simulated.head_counts(model.id, now));
        let counted = counted.unwrap();
        (
            i64::try_from(counted.subscribers).unwrap(),
            i64::try_from(counted.followers).unwrap(),
        )
    });
    counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

async fn cron_step(world: &World) -> Value {
    let step = world.request(Method::POST, "/api/cron/daily-refresh");
    let response = step.bearer_auth(CRON_SECRET).send().await.unwrap();
    response.json().await.unwrap()
}

#[tokio::test]
async fn d134_the_history_that_is_written_is_what_the_dashboard_shows() {
    for_each_database(async |database| {
        let world = World::with_models(2).transactions(3_000).on(database).await;
        world.sync(None).await;
        let report = cron_step(&world).await;
        assert_eq!(report["outcome"], "done", "{report}");
        let (subscribers, followers) = head_counts(&world);
        let utc_today = Zone::utc().day_of(world.platform.now());
        let dashboard = world.json("/api/analytics/dashboard?timeRange=30d").await;
        let points = dashboard["chartData"].as_array().unwrap();
        let today = points.last().unwrap();
        assert_eq!(today["subscribers"], json!(subscribers));
        assert_eq!(today["followers"], json!(followers));
        assert_eq!(today["audienceDerived"], false);
        let events = events(&world);
        let mut derived = 0;
        for point in points {
            let day = LocalDay::parse(point["date"].as_str().unwrap()).unwrap();
            if day >= utc_today {
                continue;
            }
            let until = events.range(..=day);
            let level: i64 = until.map(|(_, (started, ended))| started - ended).sum();
            assert_eq!(point["subscribers"], json!(level), "{day}");
            assert_eq!(point["followers"], Value::Null, "{day}");
            assert_eq!(point["audienceDerived"], true, "{day}");
            derived += 1;
        }
        assert!(derived >= 28);
        assert_eq!(dashboard["meta"]["audienceDerived"], true);
        let kpis = &dashboard["kpiMetrics"];
        assert_eq!(kpis["activeSubscribers"], json!(subscribers));
        assert!(kpis["arpu"].is_number());
    })
    .await;
}

#[tokio::test]
async fn d154_a_model_that_was_never_counted_says_so_and_a_counted_one_its_age() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1_000).on(database).await;
        world.sync(None).await;
        let never = &world.json("/api/models").await["models"][0];
        for count in ["subscribers", "followers", "unreadMessages", "posts"] {
            assert_eq!(never[count], Value::Null);
            let unknown = json!({"asOf": null, "ageSeconds": null});
            assert_eq!(never["counts"][count], unknown);
        }
        assert_eq!(never["flows"], Value::Null);
        assert_eq!(never["freshness"]["audience"]["state"], "never");
        cron_step(&world).await;
        let counted = &world.json("/api/models").await["models"][0];
        let (subscribers, followers) = head_counts(&world);
        assert_eq!(counted["subscribers"], json!(subscribers));
        assert_eq!(counted["followers"], json!(followers));
        for count in ["subscribers", "followers", "posts"] {
            assert!(counted["counts"][count]["ageSeconds"].as_u64().unwrap() < 60);
        }
        // Fanvue has no unread count of a managed creator.
        assert_eq!(counted["unreadMessages"], Value::Null);
        let first_day = Zone::utc().day_of(world.platform.now()).plus_days(-29);
        let events = events(&world);
        let events = events.range(first_day..).map(|(_, flows)| flows);
        let (started, ended) = events.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        assert_eq!(counted["flows"]["newSubscribers"], json!(started));
        assert_eq!(counted["flows"]["cancelledSubscribers"], json!(ended));
    })
    .await;
}

#[tokio::test]
async fn a_failed_list_leaves_the_count_and_its_age_and_the_posts_are_counted_all_the_same() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(400).on(database).await;
        world.sync(None).await;
        let fault = ScriptedFault::new(FaultKind::ServerError)
            .on(FaultTarget::SmartLists)
            .times(100);
        world.simulator.script_fault(fault.clone());
        let report = cron_step(&world).await;
        assert_eq!(report["outcome"], "partial", "{report}");
        let message = report["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.starts_with("subscribers and followers: "),
            "{report}"
        );
        let model = &world.json("/api/models").await["models"][0];
        assert_eq!(model["subscribers"], Value::Null);
        assert_eq!(model["freshness"]["audience"]["state"], "never");
        assert!(model["posts"].is_i64() && model["flows"].is_object());
        let dashboard = world.json("/api/analytics/dashboard").await;
        assert_eq!(dashboard["kpiMetrics"]["activeSubscribers"], Value::Null);
        let points = dashboard["chartData"].as_array().unwrap();
        assert!(points.iter().all(|point| point["subscribers"].is_null()));
    })
    .await;
}

#[tokio::test]
async fn d123_three_models_cost_at_most_15_calls_however_often_the_job_is_called() {
    for_each_database(async |database| {
        let world = World::with_models(3).transactions(1_500).on(database).await;
        world.sync(None).await;
        world
            .simulator
            .with_world(|simulated, _| simulated.clear_request_log());
        let mut told = 0;
        for _ in 0..6 {
            told += cron_step(&world).await["apiCalls"].as_u64().unwrap();
        }
        let asked = world
            .simulator
            .with_world(|simulated, _| simulated.request_log().total());
        assert_eq!(told, asked);
        assert!((3..=15).contains(&asked), "{asked}");
    })
    .await;
}

#[tokio::test]
async fn openapi_names_every_member_that_tells_of_the_audience_and_no_other() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(300).on(database).await;
        world.sync(None).await;
        cron_step(&world).await;
        let document = world.json("/openapi.json").await;
        let members = |object: &Value| -> Vec<String> {
            let object = object.as_object().unwrap();
            let mut names: Vec<String> = object.keys().cloned().collect();
            names.sort_unstable();
            names
        };
        let models = world.json("/api/models").await;
        let dashboard = world.json("/api/analytics/dashboard").await;
        for (schema, body) in [
            ("Models", &models),
            ("Agency", &models["agency"]),
            ("Model", &models["models"][0]),
            ("CountAge", &models["models"][0]["counts"]["posts"]),
            ("Flows", &models["models"][0]["flows"]),
            ("ChartPoint", &dashboard["chartData"][0]),
            ("Meta", &dashboard["meta"]),
        ] {
            let described = &document["components"]["schemas"][schema]["properties"];
            assert_eq!(members(described), members(body), "{schema}");
        }
    })
    .await;
}
