//! What the tests share: components, a running host, a client, the log.

pub mod guests;
pub mod host;
pub mod log;
pub mod postgres;
pub mod probe;
