//! The ports of `tidemark-ports` outside Wasm: the system clock, reqwest, and a Postgres pool.
//!
//! The host and the tests run the same logic through these that a guest runs through Spin, so the
//! two must agree on types, limits and errors.

mod clock;
mod http;
mod platform;
mod sql;

pub use clock::{ManualClock, SystemClock};
pub use http::{BODY_LIMIT, HttpClient, HttpClientError};
pub use platform::NativePlatform;
pub use sql::SqlPool;
