//! The simulator behind the HTTP port, without sockets, and how Tidemark is connected to it.

use std::time::Duration;

use tidemark_connections::ConnectionSettings;
use tidemark_connections::store::NewGrant;
use tidemark_domain::{Instant, Secret};
use tidemark_fanvue::FanvueSettings;
use tidemark_ports::{HttpError, HttpMethod, HttpRequest, HttpResponse};
use tidemark_sealing::KeyRing;
use tidemark_simulator::{
    API_VERSION, ApiRequest, ClientCredentials, Delivery, Micros, Shape, TokenGrant, World,
};
use tidemark_sync::{ROWS_PER_WRITE, SyncSettings};

/// Where the simulated Fanvue is.
pub const URL: &str = "https://fanvue.test";

/// What takes longer than a client waits never arrives.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

/// What came of a request, and how long it took beside the network's usual time.
pub struct Exchange {
    /// the answer as it arrives
    pub result: Result<HttpResponse, HttpError>,
    /// the server's own delay
    pub delay: Duration,
}

impl Exchange {
    /// What the client gets, after the delay or what it waits at most.
    pub fn arrives(self) -> Result<HttpResponse, HttpError> {
        match self.result {
            Ok(_) if self.delay > LONGEST_ANSWER => Err(HttpError::Broken("timed out".to_owned())),
            result => result,
        }
    }
}

/// How the sync reaches the simulator.
pub fn sync_settings(client: ClientCredentials) -> SyncSettings {
    let key = Secret::new("c2ltdWxhdGlvbiBzaW11bGF0aW9uIHNpbXVsYXRpb24=".to_owned());
    SyncSettings {
        connections: ConnectionSettings {
            fanvue: FanvueSettings {
                api_url: URL.to_owned(),
                auth_url: URL.to_owned(),
                api_version: API_VERSION.to_owned(),
                client_id: client.id,
                client_secret: Secret::new(client.secret),
            },
            keys: KeyRing::parse(&key).expect("invariant: 32 bytes in base64"),
        },
        step_budget: Duration::from_secs(20),
        rows_per_write: ROWS_PER_WRITE,
        // A simulated process does one thing at a time.
        hints_at_once: 1,
    }
}

/// A fresh grant of the agency, or of its first creator for its own account.
pub fn new_grant(world: &mut World, own_account: bool, now: Instant) -> NewGrant {
    let now = Micros(now.micros());
    let grant = if own_account {
        let model = world.models()[0].id;
        let granted = world.creator_grant(model, now);
        granted.expect("invariant: one of its models")
    } else {
        world.agency_grant(now)
    };
    let TokenGrant {
        access_token,
        refresh_token,
        expires_in_seconds,
        ..
    } = grant;
    NewGrant {
        access_token: Secret::new(access_token),
        refresh_token: Secret::new(refresh_token),
        expires_in: Duration::from_secs(expires_in_seconds),
    }
}

/// Lets Fanvue serve rows of a shape.
pub fn set_shape(world: &mut World, shape: Shape) {
    let switches = world.switches_mut();
    switches.v1_enabled = shape == Shape::V1;
    switches.shape = match shape {
        Shape::Feb2026 => Shape::Feb2026,
        Shape::Unversioned | Shape::V1 => Shape::Unversioned,
    };
}

/// Answers a request at an instant.
pub fn exchange(world: &mut World, request: &HttpRequest, now: Instant) -> Exchange {
    let path = request.url.strip_prefix(URL).unwrap_or(&request.url);
    let method = match request.method {
        HttpMethod::Get => http::Method::GET,
        HttpMethod::Post => http::Method::POST,
    };
    let mut asked = ApiRequest::new(method, path);
    for (name, value) in &request.headers {
        asked = asked.with_header(name, value);
    }
    asked.body.clone_from(&request.body);
    let answer = world.respond(&asked, Micros(now.micros()));
    let delay = match answer.delivery {
        Delivery::Delayed(delay) => delay,
        _ => Duration::ZERO,
    };
    let result = match answer.delivery {
        Delivery::Reset => Err(HttpError::Broken("connection reset".to_owned())),
        Delivery::Truncated { after } if after < answer.body.len() => {
            Err(HttpError::Broken("the body ends early".to_owned()))
        }
        _ => Ok(HttpResponse {
            status: answer.status.as_u16(),
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect(),
            body: answer.body,
        }),
    };
    Exchange { result, delay }
}
