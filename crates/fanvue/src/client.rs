//! One grant's view of the API: sends GETs, classifies answers, reads the limits.

use std::cell::Cell;

use serde::de::DeserializeOwned;
use tidemark_domain::{ModelId, Secret};
use tidemark_ports::{HttpMethod, HttpRequest, HttpResponse, Platform};

use crate::error::FanvueError;
use crate::rate::{self, Bucket, RateReading};
use crate::text::storable;

/// Where the API is and how the OAuth client identifies itself.
#[derive(Clone, Debug)]
pub struct FanvueSettings {
    /// base of the API, without a trailing slash
    pub api_url: String,
    /// base of OAuth, without a trailing slash
    pub auth_url: String,
    /// value of `X-Fanvue-API-Version`
    pub api_version: String,
    /// OAuth client id
    pub client_id: String,
    /// OAuth client secret
    pub client_secret: Secret,
}

/// Whose data a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The token owner's own: the personal path. The creator twin answers 404 for it.
    Own,
    /// A creator that the token owner manages: the path under `/creators/{id}`.
    Managed(ModelId),
}

impl Account {
    /// A model's, by the path that answers for it: `own` where the grant is the creator's own.
    pub const fn of(model: ModelId, own: bool) -> Self {
        if own { Self::Own } else { Self::Managed(model) }
    }

    /// The bucket that requests for this account draw from.
    pub const fn bucket(self) -> Bucket {
        match self {
            Self::Own => Bucket::Principal,
            Self::Managed(model) => Bucket::Creator(model),
        }
    }

    /// The path of `resource` (such as `/insights/earnings`) for this account.
    pub(crate) fn path(self, resource: &str) -> String {
        match self {
            Self::Own => resource.to_owned(),
            Self::Managed(model) => format!("/creators/{model}{resource}"),
        }
    }
}

/// Data, and what the headers said about the bucket.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// the decoded body
    pub data: T,
    /// the bucket's state, when the headers told
    pub rate: Option<RateReading>,
}

impl<T> Answer<T> {
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Answer<U> {
        Answer {
            data: convert(self.data),
            rate: self.rate,
        }
    }
}

/// A client with one access token.
pub struct FanvueClient<'a, P> {
    platform: &'a P,
    settings: &'a FanvueSettings,
    access_token: Secret,
    calls: Cell<u32>,
}

impl<'a, P: Platform> FanvueClient<'a, P> {
    /// A client that sends `access_token`.
    pub fn new(platform: &'a P, settings: &'a FanvueSettings, access_token: Secret) -> Self {
        Self {
            platform,
            settings,
            access_token,
            calls: Cell::new(0),
        }
    }

    /// Requests sent so far.
    pub fn calls(&self) -> u32 {
        self.calls.get()
    }

    /// Sends a GET and decodes its body. `endpoint` is the path without ids, for errors.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        bucket: Bucket,
        endpoint: &'static str,
        path_and_query: &str,
    ) -> Result<Answer<T>, FanvueError> {
        self.calls.set(self.calls.get() + 1);
        let request = HttpRequest {
            method: HttpMethod::Get,
            url: format!("{}{path_and_query}", self.settings.api_url),
            headers: vec![
                (
                    "authorization",
                    format!("Bearer {}", self.access_token.expose()),
                ),
                ("x-fanvue-api-version", self.settings.api_version.clone()),
                ("accept", "application/json".to_owned()),
            ],
            body: Vec::new(),
        };
        let response = self
            .platform
            .send(request)
            .await
            .map_err(|cause| FanvueError::NoAnswer { endpoint, cause })?;
        self.check(endpoint, &response)?;
        let body = storable(&response.body);
        let data = serde_json::from_slice(&body).map_err(|error| FanvueError::Malformed {
            endpoint,
            reason: error.to_string(),
        })?;
        Ok(Answer {
            data,
            rate: RateReading::from_headers(bucket, &response),
        })
    }

    fn check(&self, endpoint: &'static str, response: &HttpResponse) -> Result<(), FanvueError> {
        Err(match response.status {
            200..=299 => return Ok(()),
            400 => FanvueError::Refused { endpoint },
            401 => FanvueError::Unauthorized { endpoint },
            403 => FanvueError::Forbidden { endpoint },
            404 => FanvueError::NotFound { endpoint },
            410 => FanvueError::Sunset { endpoint },
            429 => FanvueError::RateLimited {
                endpoint,
                pause: rate::pause_of(response, self.platform.now()),
            },
            status => FanvueError::Unavailable { endpoint, status },
        })
    }
}

/// Percent-encodes a query value: cursors are opaque and may hold anything.
pub(crate) fn query_value(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("invariant: writing to a String cannot fail");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_query_string() {
        assert_eq!(
            query_value("2026-11-22T00:00:00Z+a/b=="),
            "2026-11-22T00%3A00%3A00Z%2Ba%2Fb%3D%3D"
        );
    }
}
