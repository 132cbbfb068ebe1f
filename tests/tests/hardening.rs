//! What every answer bears, how large a request may be, and where components may go.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use tidemark_database::testing::TestDatabase;
use tidemark_tests::World;
use tidemark_tests::components;
use toml::{Table, Value};

#[tokio::test]
async fn every_answer_bears_the_security_headers() {
    let database = TestDatabase::embedded().await;
    let world = World::with_models(1).on(&database).await;
    let asset = {
        let page = world.request(Method::GET, "/login").send().await.unwrap();
        let page = page.text().await.unwrap();
        let start = page.find("/assets/").unwrap();
        page[start..].split('"').next().unwrap().to_owned()
    };
    for path in [
        "/login",
        "/",
        &asset,
        "/api/models",
        "/api/health",
        "/metrics",
        "/openapi.json",
        "/nothing",
        "/api/sync",
        "/api/cron/daily-refresh",
        "/api/cron/check-late-shifts",
    ] {
        let answer = world.request(Method::GET, path).send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            let value = value.unwrap_or_else(|| panic!("{path} has no {name}"));
            value.to_str().unwrap().to_owned()
        };
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(
            header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(
            header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert!(!header("referrer-policy").contains("unsafe"), "{path}");
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src '"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        // Served in clear here, so that browsers must not be told to insist on TLS.
        assert!(
            !answer.headers().contains_key("strict-transport-security"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn d145_there_are_no_debug_routes_and_no_parameters_that_become_sql() {
    let database = TestDatabase::embedded().await;
    let world = World::with_models(1).on(&database).await;
    for path in [
        "/debug",
        "/api/debug",
        "/api/debug/sql",
        "/api/admin",
        "/.env",
    ] {
        let answer = world.get(path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let quote = "%27%3B%20drop%20table%20sessions%3B--";
    for name in ["modelId", "timeRange", "tz", "startDate", "granularity"] {
        let path = format!("/api/analytics/dashboard?{name}={quote}");
        let answer = world.get(&path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{name}");
    }
}

#[tokio::test]
async fn a_request_larger_than_any_route_takes_is_refused_by_its_name() {
    let database = TestDatabase::embedded().await;
    let world = World::with_models(1).on(&database).await;
    let get = async |path: &str| world.get(path).send().await.unwrap().status().as_u16();
    assert_eq!(get(&format!("/{}", "a".repeat(2_000))).await, 414);
    assert_eq!(
        get(&format!("/api/models?a={}", "a".repeat(5_000))).await,
        414
    );
    let heavy = world
        .get("/api/models")
        .header("x-heavy", "a".repeat(40_000));
    assert_eq!(heavy.send().await.unwrap().status(), 431);
    let mut many = world.get("/api/models");
    for number in 0..110 {
        many = many.header(format!("x-{number}"), "1");
    }
    assert_eq!(many.send().await.unwrap().status(), 431);
    let post = || {
        world
            .request(Method::POST, "/api/sync")
            .bearer_auth(world.owner.expose())
    };
    let announced = post().body(vec![b' '; (1 << 20) + 1]);
    assert_eq!(announced.send().await.unwrap().status(), 413);
    // A path, a query and a body within the limits are taken.
    assert_eq!(
        get(&format!("/api/models?a={}", "a".repeat(3_000))).await,
        200
    );
    let nonsense = post().body(vec![b'x'; 1_000]);
    assert_eq!(nonsense.send().await.unwrap().status(), 400);
}

#[test]
fn cf09_each_component_reaches_exactly_the_hosts_it_needs() {
    let database = "postgres://{{ database_host }}";
    let fanvue = ["{{ fanvue_api_url }}", "{{ fanvue_auth_url }}", database];
    let alerts = [
        "https://hooks.slack.com",
        "https://discord.com",
        "https://discordapp.com",
        "https://api.telegram.org",
        "{{ alert_base_url }}",
    ];
    let wanted: BTreeMap<String, Vec<&str>> = [
        ("account-connect", fanvue.to_vec()),
        ("analytics-dashboard", vec![database]),
        ("gamification-checks", [&fanvue[..], &alerts].concat()),
        ("stats-refresh", fanvue.to_vec()),
        ("transaction-sync", fanvue.to_vec()),
        ("webhook-intake", vec![database]),
    ]
    .map(|(component, hosts)| (component.to_owned(), hosts))
    .into();
    let text = std::fs::read_to_string(components::root().join("spin.toml")).unwrap();
    let manifest: Table = text.parse().unwrap();
    let hosts_of = |component: &Value| -> Vec<String> {
        let hosts = component["allowed_outbound_hosts"].as_array().unwrap();
        hosts
            .iter()
            .map(|host| host.as_str().unwrap().to_owned())
            .collect()
    };
    let components = manifest["component"].as_table().unwrap();
    let found: BTreeMap<String, Vec<String>> = components
        .iter()
        .map(|(name, component)| (name.clone(), hosts_of(component)))
        .collect();
    let wanted = wanted
        .into_iter()
        .map(|(name, hosts)| (name, hosts.into_iter().map(str::to_owned).collect()));
    assert_eq!(found, wanted.collect());
}

#[test]
fn cf01_the_variables_are_these_and_every_secret_is_marked() {
    let text = std::fs::read_to_string(components::root().join("spin.toml")).unwrap();
    let (_, section) = text.split_once("[variables]\n").unwrap();
    let section = section.split("\n[").next().unwrap();
    let found: Vec<(&str, bool)> = section
        .lines()
        .filter_map(|line| line.split_once(" = {"))
        .map(|(name, value)| (name, value.contains("secret = true")))
        .collect();
    let wanted = [
        ("database_url", true),
        ("database_host", false),
        ("fanvue_api_url", false),
        ("fanvue_auth_url", false),
        ("fanvue_api_version", false),
        ("fanvue_client_id", false),
        ("fanvue_client_secret", true),
        ("fanvue_webhook_secret", true),
        ("cron_secret", true),
        ("token_key", true),
        ("public_url", false),
        ("step_budget_ms", false),
        ("alert_base_url", false),
    ];
    assert_eq!(found, wanted);
}
