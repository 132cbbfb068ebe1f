//! The server: its limits, its protocols, its end.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tidemark::serve::{HttpOptions, HttpServer, ServerEnd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::host::Setup;

fn one_request_at_a_time() -> Setup {
    let mut setup = Setup::probe("");
    setup.options.requests = 1;
    setup
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_requests_than_allowed_are_told_to_come_again() {
    let host = Arc::new(one_request_at_a_time().start().await);
    let waiting = tokio::spawn({
        let host = Arc::clone(&host);
        async move { host.get("/wait?2000").await }
    });
    host.until_under_way(1).await;

    let refused = host.get("/plain").await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.headers["retry-after"], "1");
    assert!(
        refused
            .text()
            .starts_with(r#"{"error":{"code":"overloaded","#)
    );
    assert_eq!(host.get("/.well-known/spin/health").await.status, 200);

    assert_eq!(waiting.await.unwrap().text(), "waited");
    host.until_under_way(0).await;
    assert_eq!(host.get("/plain").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_stops_its_component() {
    let host = one_request_at_a_time().start().await;
    for path in ["/wait?25000", "/spin", "/chunks?100000"] {
        let mut stream = TcpStream::connect(&host.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        host.until_under_way(1).await;
        drop(stream);
        // Were it not stopped, its place would not be free before the test is over.
        let freed = tokio::time::timeout(Duration::from_secs(15), host.until_under_way(0)).await;
        assert!(freed.is_ok(), "{path} goes on without its client");
    }
}

#[tokio::test]
async fn http_2_is_spoken_without_asking() {
    let host = Setup::probe("").start().await;
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http();
    let request = Request::get(host.url("/headers"))
        .body(Full::default())
        .unwrap();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.version(), http::Version::HTTP_2);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let full_url = format!("spin-full-url: http://{}/headers", host.address);
    assert!(text.contains(&full_url), "{text}");
}

#[tokio::test]
async fn connections_are_kept_for_the_next_request() {
    let host = Setup::probe("").start().await;
    let mut stream = TcpStream::connect(&host.address).await.unwrap();
    for _ in 0..3 {
        let request = b"GET /plain HTTP/1.1\r\nhost: a\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        while !answer.ends_with("0\r\n\r\n") && !answer.ends_with("\r\n\r\nok") {
            let mut buffer = [0; 1024];
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(count > 0, "closed after {answer:?}");
            answer += std::str::from_utf8(&buffer[..count]).unwrap();
        }
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_request_without_a_host_is_a_bad_one() {
    let host = Setup::probe("").start().await;
    let mut stream = TcpStream::connect(&host.address).await.unwrap();
    stream
        .write_all(b"GET /plain HTTP/1.0\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.0 400"), "{answer}");
    assert!(answer.contains(r#""code":"bad_request""#), "{answer}");
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_mend() {
    let host = Setup::probe("").start().await;
    let address = host.address.parse().unwrap();
    let application = Arc::clone(&host.application);
    let error = HttpServer::bind(application, address, HttpOptions::default()).err();
    assert_eq!(
        error.expect("a refusal").to_string(),
        format!(
            "{address} is in use by another program; stop that one or choose another address \
             with --listen"
        )
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_under_way_are_answered_before_the_end() {
    let host = Arc::new(one_request_at_a_time().start().await);
    let waiting = tokio::spawn({
        let host = Arc::clone(&host);
        async move { host.get("/wait?700").await }
    });
    host.until_under_way(1).await;
    host.shutdown.cancel();
    assert_eq!(waiting.await.unwrap().text(), "waited");
    let host = Arc::into_inner(host).expect("nobody else has it");
    assert_eq!(host.running.await.unwrap(), ServerEnd::Drained);
    assert!(TcpStream::connect(&host.address).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_do_not_end_are_cut_off() {
    let mut setup = one_request_at_a_time();
    setup.options.drain_time = Duration::from_millis(200);
    let host = setup.start().await;
    let mut stream = TcpStream::connect(&host.address).await.unwrap();
    let request = b"GET /wait?25000 HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    host.until_under_way(1).await;
    host.shutdown.cancel();
    assert_eq!(host.running.await.unwrap(), ServerEnd::CutOff);
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert_eq!(answer, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_end_clients_are_asked_to_leave() {
    let mut setup = Setup::probe("");
    setup.options.announce_time = Duration::from_millis(1500);
    let host = setup.start().await;
    assert_eq!(host.get("/.well-known/tidemark/ready").await.status, 200);
    host.shutdown.cancel();
    while host.get("/.well-known/tidemark/ready").await.status != 503 {
        tokio::task::yield_now().await;
    }
    let answer = host.get("/plain").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["connection"], "close");
    assert_eq!(host.running.await.unwrap(), ServerEnd::Drained);
}
