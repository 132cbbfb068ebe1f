//! Requests against a server that answers with prepared bytes.

use std::time::Duration;

use tidemark_native::{BODY_LIMIT, HttpClient};
use tidemark_ports::{Http, HttpError, HttpMethod, HttpRequest, HttpResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server for one connection: its address, and the request that it got.
async fn server(answer: impl Into<Vec<u8>>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/path?secret=hunter2",
        listener.local_addr().unwrap()
    );
    let answer = answer.into();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !is_whole(&request) {
            let mut chunk = [0; 1024];
            let count = stream.read(&mut chunk).await.unwrap();
            request.extend_from_slice(&chunk[..count]);
        }
        // A client that gives up closes early, which is its right.
        let _ = stream.write_all(&answer).await;
        String::from_utf8(request).unwrap()
    });
    (url, served)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        body.len() >= length.map_or(0, |length| length.parse().unwrap())
    })
}

fn request(method: HttpMethod, url: String) -> HttpRequest {
    HttpRequest {
        method,
        url,
        headers: vec![("x-colour", "sea green".to_owned())],
        body: Vec::new(),
    }
}

async fn get(url: String) -> Result<HttpResponse, HttpError> {
    let client = HttpClient::new(HttpClient::TIMEOUT).unwrap();
    client.send(request(HttpMethod::Get, url)).await
}

#[tokio::test]
async fn a_response_comes_whole_with_status_headers_and_body() {
    let (url, served) = server(
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhello",
    )
    .await;
    let response = get(url).await.unwrap();
    assert_eq!(response.status, 429);
    assert_eq!(response.header("retry-after"), Some("7"));
    assert_eq!(response.body, b"hello");
    let request = served.await.unwrap();
    assert!(
        request.starts_with("GET /path?secret=hunter2 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("x-colour: sea green\r\n"), "{request}");
}

#[tokio::test]
async fn a_post_sends_its_body() {
    let (url, served) = server("HTTP/1.1 204 No Content\r\n\r\n").await;
    let mut post = request(HttpMethod::Post, url);
    post.body = b"a=1&b=2".to_vec();
    let client = HttpClient::new(HttpClient::TIMEOUT).unwrap();
    assert_eq!(client.send(post).await.unwrap().status, 204);
    let request = served.await.unwrap();
    assert!(
        request.starts_with("POST ") && request.ends_with("\r\n\r\na=1&b=2"),
        "{request}"
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (url, _) =
        server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
            .await;
    let response = get(url).await.unwrap();
    assert_eq!(response.status, 302);
    assert_eq!(response.header("location"), Some("http://127.0.0.1:1/"));
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_read_and_a_larger_one_refused() {
    for (length, accepted) in [(BODY_LIMIT, true), (BODY_LIMIT + 1, false)] {
        let mut answer =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes();
        answer.resize(answer.len() + length, b'x');
        let (url, _) = server(answer).await;
        let result = get(url).await;
        assert_eq!(result.is_ok(), accepted);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_is_an_error_without_the_url() {
    let (url, _) = server("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello").await;
    let HttpError::Broken(reason) = get(url).await.unwrap_err() else {
        panic!("not broken");
    };
    assert!(!reason.contains("hunter2"), "{reason}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let client = HttpClient::new(Duration::from_millis(100)).unwrap();
    let error = client
        .send(request(HttpMethod::Get, url))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("timed out"), "{error}");
}

#[tokio::test]
async fn nobody_listening_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = get(url).await.unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
}
