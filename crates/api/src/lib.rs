//! The HTTP surface that all components share: errors, credentials, parameters, job routes.
//!
//! Requests and responses are those of the `http` crate with whole bodies; nothing here does I/O
//! but through the three ports.

pub mod auth;
pub mod cron;
pub mod error;
pub mod hardening;
pub mod jobs;
pub mod limits;
pub mod origin;
pub mod parameters;
pub mod respond;

pub use error::ApiError;

/// A request with its whole body.
pub type Request = http::Request<Vec<u8>>;

/// A response with its whole body.
pub type Response = http::Response<Vec<u8>>;
