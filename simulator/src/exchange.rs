//! The request and the response of [`crate::World::respond`]: HTTP without a connection.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::client::ClientCredentials;
use crate::delivery::Delivery;
use crate::faults::FaultKind;

/// A request as the simulator reads it. Header names are compared without case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRequest {
    /// The verb.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// What follows the question mark, still encoded.
    pub query: String,
    /// Name and value, in order.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
}

impl ApiRequest {
    /// A request without headers and body.
    pub fn new(method: Method, path_and_query: &str) -> Self {
        let (path, query) = path_and_query
            .split_once('?')
            .unwrap_or((path_and_query, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A `GET`.
    pub fn get(path_and_query: &str) -> Self {
        Self::new(Method::GET, path_and_query)
    }

    /// A `GET` as a Fanvue client sends it: with its token and the version header.
    pub fn api(path_and_query: &str, access_token: &str) -> Self {
        Self::get(path_and_query)
            .with_header("Authorization", &format!("Bearer {access_token}"))
            .with_header("X-Fanvue-API-Version", crate::API_VERSION)
    }

    /// A `POST` of a form.
    pub fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let mut request = Self::new(Method::POST, path)
            .with_header("Content-Type", "application/x-www-form-urlencoded");
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        request.body = body.finish().into_bytes();
        request
    }

    /// A request with a JSON body.
    pub fn json(method: Method, path: &str, body: &Value) -> Self {
        let mut request = Self::new(method, path).with_header("Content-Type", "application/json");
        request.body = body.to_string().into_bytes();
        request
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds HTTP Basic authentication of an OAuth client.
    #[must_use]
    pub fn with_basic_auth(self, client: &ClientCredentials) -> Self {
        let pair = format!("{}:{}", client.id, client.secret);
        self.with_header("Authorization", &format!("Basic {}", STANDARD.encode(pair)))
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

/// A response as the simulator writes it, and how much of it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResponse {
    /// The status code.
    pub status: StatusCode,
    /// Name and value, in order.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
    /// How it reaches the client. Whoever calls [`crate::World::respond`] directly looks here first.
    pub delivery: Delivery,
}

/// A response with what the log says about it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) endpoint: String,
    pub(crate) response: ApiResponse,
    pub(crate) fault: Option<FaultKind>,
}

impl ApiResponse {
    pub(crate) fn json<Body: Serialize + ?Sized>(status: StatusCode, body: &Body) -> Self {
        let body = serde_json::to_vec(body).expect("invariant: answers serialize");
        Self::with_body(status, "application/json", body)
    }

    pub(crate) fn html(status: StatusCode, body: String) -> Self {
        Self::with_body(status, "text/html; charset=utf-8", body.into_bytes())
    }

    pub(crate) fn redirect(location: String) -> Self {
        Self {
            status: StatusCode::FOUND,
            headers: vec![("location".to_owned(), location)],
            body: Vec::new(),
            delivery: Delivery::Whole,
        }
    }

    /// What is never said, because the connection ends.
    pub(crate) fn unanswered() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            headers: Vec::new(),
            body: Vec::new(),
            delivery: Delivery::Reset,
        }
    }

    fn with_body(status: StatusCode, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body,
            delivery: Delivery::Whole,
        }
    }

    pub(crate) fn push_header(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value));
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// The bytes of the body that reach the client; `None` when no answer does.
    pub fn arriving_body(&self) -> Option<&[u8]> {
        match self.delivery {
            Delivery::Whole | Delivery::Delayed(_) => Some(&self.body),
            Delivery::Truncated { after } => Some(&self.body[..after.min(self.body.len())]),
            Delivery::Reset => None,
        }
    }

    /// The whole body as JSON, however much of it arrives; `None` when it is not JSON.
    pub fn json_body(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

fn find_header<'headers>(
    headers: &'headers [(String, String)],
    name: &str,
) -> Option<&'headers str> {
    headers
        .iter()
        .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
