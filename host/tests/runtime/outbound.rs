//! Requests that components send.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::host::Setup;
use crate::support::log::Log;

/// A server that answers every request with `hello` and counts its connections.
async fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(answer(stream));
        }
    });
    (address, connections)
}

async fn answer(mut stream: TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(1..) = stream.read(&mut buffer).await {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

fn allowed(host: &str) -> String {
    format!("allowed_outbound_hosts = [\"{host}\"]")
}

#[tokio::test]
async fn an_allowed_host_is_called_over_one_connection() {
    let (address, connections) = server().await;
    let host = Setup::probe(&allowed(&format!("http://{address}")))
        .start()
        .await;
    for _ in 0..3 {
        let answer = host.get(&format!("/outbound?http://{address}/")).await;
        assert_eq!(answer.text(), "200 hello");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn any_other_host_is_refused_without_a_connection() {
    let log = Log::collect();
    let (address, connections) = server().await;
    let host = Setup::probe(&allowed("http://elsewhere.test"))
        .start()
        .await;
    let answer = host.get(&format!("/outbound?http://{address}/")).await;
    assert_eq!(answer.text(), "ErrorCode::HttpRequestDenied");
    assert_eq!(connections.load(Ordering::Relaxed), 0);
    let refused = log.lines_with("allowed_outbound_hosts");
    assert!(refused[0].contains("component=\"probe\""), "{refused:?}");
    assert!(refused[0].contains(&address), "{refused:?}");
}

#[tokio::test]
async fn allowed_hosts_are_templates() {
    let (address, _) = server().await;
    let host = Setup::probe(&allowed("{{ api }}"))
        .with_lines("[variables]\napi = { required = true }")
        .with_variable("api", &format!("http://{address}"))
        .start()
        .await;
    let answer = host.get(&format!("/outbound?http://{address}/")).await;
    assert_eq!(answer.text(), "200 hello");
}

#[tokio::test]
async fn a_host_that_is_not_there_gives_its_own_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let host = Setup::probe(&allowed("*://*:*")).start().await;
    let answer = host.get(&format!("/outbound?http://{address}/")).await;
    assert_eq!(answer.text(), "ErrorCode::ConnectionRefused");

    let answer = host.get("/outbound?http://nowhere.invalid/").await;
    assert!(
        answer.text().starts_with("ErrorCode::DnsError"),
        "{}",
        answer.text()
    );
}
