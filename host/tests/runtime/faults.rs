//! A component that fails costs one request its answer, and nothing else.

use std::time::{Duration, Instant};

use crate::support::guests;
use crate::support::host::{Host, Setup};
use crate::support::log::Log;

/// Asserts the status and code of an answer, and that it tells nothing of the inside.
async fn assert_fault(host: &Host, path: &str, status: u16, code: &str) {
    let answer = host.get(path).await;
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.headers["content-type"], "application/json");
    let start = format!(r#"{{"error":{{"code":"{code}","message":""#);
    assert!(answer.text().starts_with(&start), "{}", answer.text());
    for inside in ["wasm", "trap", "unreachable", "0x"] {
        assert!(!answer.text().contains(inside), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_trap_costs_one_request_its_answer() {
    let log = Log::collect();
    let host = Setup::probe("")
        .with_text("trapping", &guests::trapping(), "")
        .start()
        .await;
    assert_fault(&host, "/trapping/", 500, "component_failed").await;
    assert_eq!(host.get("/plain").await.text(), "ok");

    let lines = log.lines_with("component_failed");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("component=\"trapping\""), "{lines:?}");
    assert!(lines[0].contains("unreachable"), "{lines:?}");
}

#[tokio::test]
async fn a_panic_in_rust_is_a_trap() {
    let log = Log::collect();
    let host = Setup::probe("").start().await;
    assert_fault(&host, "/trap", 500, "component_failed").await;
    assert_eq!(host.get("/plain").await.text(), "ok");
    let said = log.lines_with("asked to");
    assert!(said[0].contains("component=\"probe\""), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_loops_are_stopped_and_let_others_run() {
    let limit = "[component.looping.tool.tidemark]\nrequest_timeout_ms = 3000";
    let host = Setup::probe("")
        .with_text("looping", &guests::looping(), limit)
        .start()
        .await;
    let began = Instant::now();
    let loops = futures::future::join_all(
        (0..4).map(|_| assert_fault(&host, "/looping/", 504, "component_timed_out")),
    );
    let other = async {
        assert_eq!(host.get("/plain").await.text(), "ok");
        began.elapsed()
    };
    let (_, answered_after) = tokio::join!(loops, other);
    assert!(
        answered_after < Duration::from_secs(3),
        "{answered_after:?}"
    );
}

#[tokio::test]
async fn a_component_that_waits_too_long_is_stopped() {
    let limit = "[component.probe.tool.tidemark]\nrequest_timeout_ms = 300";
    let host = Setup::probe(limit).start().await;
    assert_fault(&host, "/wait?60000", 504, "component_timed_out").await;
    assert_eq!(host.get("/wait?1").await.text(), "waited");
}

#[tokio::test]
async fn memory_is_limited() {
    let log = Log::collect();
    let limit = |name| format!("[component.{name}.tool.tidemark]\nmemory_limit_mb = 32");
    let host = Setup::probe(&limit("probe"))
        .with_text("greedy", &guests::greedy(), &limit("greedy"))
        .start()
        .await;
    assert_fault(&host, "/greedy/", 500, "component_out_of_memory").await;
    assert_fault(&host, "/exhaust", 500, "component_out_of_memory").await;
    assert_eq!(host.get("/plain").await.text(), "ok");
    assert!(log.lines_with("component_out_of_memory")[0].contains("32 MiB"));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_an_error() {
    let host = Setup::probe("")
        .with_text("silent", &guests::silent(), "")
        .start()
        .await;
    assert_fault(&host, "/silent/", 500, "component_gave_no_answer").await;
    assert_fault(&host, "/drop", 500, "component_gave_no_answer").await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_taken_for_a_whole_one() {
    let log = Log::collect();
    let host = Setup::probe("").start().await;
    let request = http::Request::get(host.url("/broken"));
    assert!(host.send(request, "").await.is_err());
    assert_eq!(host.get("/plain").await.text(), "ok");
    assert_eq!(log.lines_with("after its answer had begun").len(), 1);
}
