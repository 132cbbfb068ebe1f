//! Outbound HTTP: one request, one whole response.

use std::future::Future;

/// The verbs that Tidemark uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// Safe; may be repeated.
    Get,
    /// Not repeated by itself.
    Post,
}

/// A request to send.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The verb.
    pub method: HttpMethod,
    /// Absolute URL.
    pub url: String,
    /// Header names in lower case, with values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

/// A response, read to its end.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Header names in lower case, with values.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first header of that lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// No response came: refused, reset, cut off, not permitted or too slow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The host does not allow requests to that address.
    #[error("requests to {0} are not allowed")]
    NotAllowed(String),
    /// No connection came about, so the request was not sent.
    #[error("no connection: {0}")]
    NotConnected(String),
    /// The connection broke, or the answer took too long: the request may have taken effect.
    #[error("no answer: {0}")]
    Broken(String),
}

/// Sends requests.
pub trait Http {
    /// Sends one request and reads the whole response; never follows redirects, never retries.
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpResponse, HttpError>>;
}
