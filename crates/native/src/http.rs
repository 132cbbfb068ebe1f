//! Outbound HTTP with reqwest: one request, one whole response.
//!
//! No redirects, no retries, no cookies, no proxy from the environment: a guest has none of them.

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use tidemark_ports::{Http, HttpError, HttpMethod, HttpRequest, HttpResponse};

/// The largest response body that is read: 16 MiB.
pub const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A client; clones share its connections.
#[derive(Clone, Debug)]
pub struct HttpClient(Client);

/// The TLS library does not start.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client can be made: {0}")]
pub struct HttpClientError(#[from] reqwest::Error);

impl HttpClient {
    /// For a whole exchange, from connecting to the last byte of the body.
    pub const TIMEOUT: Duration = Duration::from_secs(30);

    /// A client that gives an exchange `timeout`; [`HttpClient::TIMEOUT`] is the usual one.
    ///
    /// # Errors
    /// [`HttpClientError`].
    pub fn new(timeout: Duration) -> Result<Self, HttpClientError> {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(timeout)
            .tcp_nodelay(true)
            .build()?;
        Ok(Self(client))
    }
}

impl Http for HttpClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let method = match request.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
        };
        let mut builder = self.0.request(method, &request.url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body);
        }
        let response = builder.send().await.map_err(broken)?;
        read_whole(response).await
    }
}

async fn read_whole(mut response: Response) -> Result<HttpResponse, HttpError> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), text.into_owned())
        })
        .collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(HttpError::Broken(format!(
                "the response body is larger than {BODY_LIMIT} bytes"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpResponse {
        status,
        headers,
        body,
    })
}

/// The error with its causes, without the URL: a query may hold what no log should.
fn broken(error: reqwest::Error) -> HttpError {
    let is_unsent = error.is_connect();
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    if is_unsent {
        HttpError::NotConnected(text)
    } else {
        HttpError::Broken(text)
    }
}
