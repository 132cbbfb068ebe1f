use std::time::Duration;

use tidemark_simulator::{ApiResponse, FaultKind, FaultTarget, ScriptedFault};

use crate::support::{Scene, answer_of, config, members};

/// The answer to an earnings request that a fault befalls, after which the next one is true.
fn refused(kind: FaultKind) -> ApiResponse {
    let mut scene = Scene::with(&config().with_rate_limit(100));
    let path = scene.twin(0, "/insights/earnings");
    let response = scene.get_under(ScriptedFault::new(kind), &path);
    assert_eq!(scene.get(&path).status, 200, "{kind:?} is over");
    assert_eq!(scene.world.request_log().fault(kind), 1);
    response
}

#[test]
fn a_429_says_when_to_come_back_and_that_nothing_is_left() {
    let response = refused(FaultKind::RateLimited);
    assert_eq!(response.status, 429);
    assert_eq!(response.header("Retry-After"), Some("2"));
    assert_eq!(response.header("X-RateLimit-Remaining"), Some("0"));
    assert_eq!(response.header("X-RateLimit-Limit"), Some("100"));
    assert_eq!(members(&response.json_body().unwrap()), ["error"]);
}

#[test]
fn a_silent_429_does_not_say_when_to_come_back() {
    let response = refused(FaultKind::RateLimitedSilently);
    assert_eq!(response.status, 429);
    assert!(response.header("Retry-After").is_none());
    assert!(response.header("X-RateLimit-Reset").is_some());
}

#[test]
fn a_burst_refuses_several_requests_of_one_bucket_in_a_row() {
    let mut scene = Scene::new();
    let (one, other) = (scene.twin(0, "/posts"), scene.twin(1, "/posts"));
    let burst = ScriptedFault::new(FaultKind::RateLimitedBurst);
    assert_eq!(scene.get_under(burst, &one).status, 429);
    assert_eq!(scene.get(&other).status, 200);
    scene.wait(Duration::from_mins(2));
    for _ in 1..4 {
        assert_eq!(scene.get(&one).status, 429);
    }
    assert_eq!(scene.get(&one).status, 200);
}

#[test]
fn a_500_is_json() {
    let response = refused(FaultKind::ServerError);
    assert_eq!(response.status, 500);
    assert!(response.json_body().is_some());
}

#[test]
fn a_502_is_html_without_the_headers_of_fanvue() {
    let response = refused(FaultKind::BadGateway);
    assert_eq!(response.status, 502);
    assert!(response.body.starts_with(b"<html>"));
    assert_eq!(
        response.header("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    assert!(response.header("X-RateLimit-Limit").is_none());
}

#[test]
fn a_503_is_json() {
    assert_eq!(refused(FaultKind::Unavailable).status, 503);
}

#[test]
fn a_403_has_an_error() {
    let response = refused(FaultKind::Forbidden);
    assert_eq!(response.status, 403);
    assert_eq!(members(&response.json_body().unwrap()), ["error"]);
}

#[test]
fn a_410_names_the_next_version() {
    let response = refused(FaultKind::Gone);
    assert_eq!(response.status, 410);
    let body = response.json_body().unwrap();
    assert_eq!(members(&body), ["error", "message", "nextVersion"]);
}

#[test]
fn only_requests_with_a_cursor_have_it_refused() {
    let mut scene = Scene::new();
    let path = scene.twin(0, "/insights/earnings");
    let script = ScriptedFault::new(FaultKind::CursorRefused);
    let first = scene.get_under(script, &path);
    assert_eq!(first.status, 200);
    let page = first.json_body().unwrap();
    let cursor = page["nextCursor"].as_str().unwrap();
    let (status, body) = answer_of(&scene.get(&format!("{path}?cursor={cursor}")));
    assert_eq!(status, 400);
    assert_eq!(body["errors"].as_array().unwrap().len(), 1);
    assert!(scene.next_page(&path, &page).is_some());
}

#[test]
fn requests_that_are_refused_anyway_meet_no_fault() {
    let mut scene = Scene::with(&config().with_rate_limit(1));
    scene
        .world
        .script_fault(ScriptedFault::new(FaultKind::ServerError).on(FaultTarget::Posts));
    let path = scene.twin(0, "/posts");
    let token = std::mem::replace(&mut scene.token, "nobody's".to_owned());
    assert_eq!(scene.get(&path).status, 401);
    scene.token = token;
    assert_eq!(scene.get(&path).status, 500);
    assert_eq!(scene.get(&path).status, 429);
}
