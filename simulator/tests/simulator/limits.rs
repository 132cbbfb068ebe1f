use std::time::Duration;

use tidemark_simulator::{ApiRequest, ApiResponse};

use crate::support::{Scene, config, members};

fn number(response: &ApiResponse, header: &str) -> i64 {
    response.header(header).unwrap().parse().unwrap()
}

#[test]
fn every_answer_says_limit_remaining_and_reset() {
    let mut scene = Scene::with(&config().with_rate_limit(5));
    let seconds = scene.now.0 / 1_000_000;
    for (path, remaining) in [
        ("/users/me", 4),
        ("/no/such/path", 3),
        ("/creators?size=0", 2),
    ] {
        let response = scene.get(path);
        assert_eq!(number(&response, "X-RateLimit-Limit"), 5);
        assert_eq!(number(&response, "X-RateLimit-Remaining"), remaining);
        assert_eq!(number(&response, "X-RateLimit-Reset"), seconds + 60);
    }
    let unauthorized = scene.send(&ApiRequest::get("/users/me"));
    assert_eq!(number(&unauthorized, "X-RateLimit-Limit"), 5);
}

#[test]
fn the_default_limit_is_200() {
    let config = tidemark_simulator::SimulatorConfig::default()
        .with_epoch(crate::support::epoch())
        .with_transactions(0);
    let mut scene = Scene::with(&config);
    let response = scene.get("/users/me");
    assert_eq!(number(&response, "X-RateLimit-Limit"), 200);
}

#[test]
fn an_empty_bucket_is_429_with_whole_seconds_to_wait() {
    let mut scene = Scene::with(&config().with_rate_limit(1));
    assert!(scene.get("/users/me").header("Retry-After").is_none());
    scene.wait(Duration::from_millis(500));
    let response = scene.get("/users/me");
    assert_eq!(response.status, 429);
    assert_eq!(number(&response, "Retry-After"), 60);
    assert_eq!(number(&response, "X-RateLimit-Remaining"), 0);
    assert_eq!(members(&response.json_body().unwrap()), ["error"]);
}

#[test]
fn whoever_waits_as_told_is_served() {
    let mut scene = Scene::with(&config().with_rate_limit(2));
    scene.get("/users/me");
    scene.wait(Duration::from_millis(12_345));
    scene.get("/users/me");
    let refused = scene.get("/users/me");
    let seconds = u64::try_from(number(&refused, "Retry-After")).unwrap();
    scene.wait(Duration::from_secs(seconds - 1));
    assert_eq!(scene.get("/users/me").status, 429);
    scene.wait(Duration::from_secs(1));
    let served = scene.get("/users/me");
    assert_eq!(served.status, 200);
    assert_eq!(number(&served, "X-RateLimit-Remaining"), 1);
}

#[test]
fn each_creator_has_a_bucket_that_both_families_share() {
    let mut scene = Scene::with(&config().with_rate_limit(1));
    let first = scene.twin(0, "/chats/lists/smart");
    let second = scene.twin(1, "/chats/lists/smart");
    assert_eq!(scene.get(&first).status, 200);
    assert_eq!(scene.get(&second).status, 200);
    assert_eq!(scene.get("/creators").status, 200);
    assert_eq!(scene.get(&format!("/v1{first}")).status, 429);
    assert_eq!(scene.get("/users/me").status, 429);
}

#[test]
fn principals_do_not_share_buckets_but_tokens_of_one_do() {
    let mut scene = Scene::with(&config().with_rate_limit(1));
    assert_eq!(scene.get("/users/me").status, 200);
    scene.token = scene.world.agency_grant(scene.now).access_token;
    assert_eq!(scene.get("/users/me").status, 429);
    scene.become_creator(0);
    assert_eq!(scene.get("/users/me").status, 200);
}

#[test]
fn a_limit_of_zero_is_none() {
    let mut scene = Scene::with(&config().with_rate_limit(0));
    for _ in 0..300 {
        let response = scene.get("/users/me");
        assert_eq!(response.status, 200);
        assert!(number(&response, "X-RateLimit-Remaining") > 100_000);
    }
}

#[test]
fn the_limit_can_be_changed_while_running() {
    let mut scene = Scene::with(&config().with_rate_limit(1));
    scene.get("/users/me");
    assert_eq!(scene.get("/users/me").status, 429);
    scene.world.set_rate_limit(100);
    let response = scene.get("/users/me");
    assert_eq!(response.status, 200);
    assert_eq!(number(&response, "X-RateLimit-Limit"), 100);
}
