//! What components see of requests, and clients of answers.

use bytes::Bytes;
use http::{Method, Request};

use crate::support::host::Setup;

#[tokio::test]
async fn a_component_sees_what_it_sees_under_spin() {
    let host = Setup::probe("").start().await;
    let request = Request::get(host.url("/headers?a=b"))
        .header("cookie", "a=1")
        .header("cookie", "b=2")
        .header("X-Mixed-Case", "Kept As It Is");
    let answer = host.send(request, "").await.unwrap();
    let lines: Vec<&str> = answer.text().lines().collect();
    let address = &host.address;
    for line in [
        &*format!("uri: http://{address}/headers?a=b"),
        &*format!("spin-full-url: http://{address}/headers?a=b"),
        "spin-path-info: /headers",
        "spin-matched-route: /...",
        "spin-raw-component-route: /...",
        "spin-component-route: ",
        "spin-base-path: /",
        "cookie: a=1",
        "cookie: b=2",
        "x-mixed-case: Kept As It Is",
    ] {
        assert!(lines.contains(&line), "{line} is not in {lines:#?}");
    }
    assert!(answer.text().contains("spin-client-addr: 127.0.0.1:"));
}

#[tokio::test]
async fn bodies_pass_through_in_both_directions() {
    let host = Setup::probe("").start().await;
    let body: Bytes = (0..3_000_000_u32)
        .map(|number| number.to_le_bytes()[0])
        .collect();
    let answer = host.post("/echo", body.clone()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body == body, "{} bytes came back", answer.body.len());

    let answer = host.get("/chunks?100").await;
    assert_eq!(answer.body.len(), 100 * 64 * 1024);
}

#[tokio::test]
async fn a_head_request_gets_a_head() {
    let host = Setup::probe("").start().await;
    let request = Request::builder()
        .method(Method::HEAD)
        .uri(host.url("/chunks?100"));
    let answer = host.send(request, "").await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn unknown_paths_and_the_host_s_own_are_answered_by_the_host() {
    let host = Setup::new()
        .with_text("silent", &crate::support::guests::silent(), "")
        .start()
        .await;
    let answer = host.get("/nowhere").await;
    assert_eq!(answer.status, 404);
    assert!(
        answer
            .text()
            .starts_with(r#"{"error":{"code":"not_found","#)
    );
    assert_eq!(host.get("/.well-known/spin/health").await.text(), "OK");
    assert_eq!(host.get("/.well-known/tidemark/ready").await.status, 200);
}
