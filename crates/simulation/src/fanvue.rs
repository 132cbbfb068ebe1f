//! The simulator behind the HTTP port, without sockets.

use std::time::Duration;

use tidemark_domain::Instant;
use tidemark_ports::{HttpError, HttpMethod, HttpRequest, HttpResponse};
use tidemark_simulator::{ApiRequest, Delivery, Micros, World};

/// Where the simulated Fanvue is.
pub const URL: &str = "https://fanvue.test";

/// What came of a request, and how long it took beside the network's usual time.
pub struct Exchange {
    /// the answer as it arrives
    pub result: Result<HttpResponse, HttpError>,
    /// the server's own delay
    pub delay: Duration,
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
