//! Agencies, and who may see which: API tokens, browser sessions, roles.
//!
//! Of tokens and sessions only SHA-256 hashes are stored: they are random and long, so a plain hash
//! is as good as a slow one.

pub mod agency;
pub mod credential;
pub mod role;
pub mod session;
pub mod token;

pub use role::Role;
