//! Agencies, and who may see which: API tokens, browser sessions, roles; limits on sign-ins, and the
//! log of who did what.
//!
//! Of tokens and sessions only SHA-256 hashes are stored: they are random and long, so a plain hash
//! is as good as a slow one.

pub mod agency;
pub mod attempts;
pub mod audit;
pub mod credential;
pub mod permissions;
pub mod role;
pub mod session;
pub mod token;

pub use role::Role;
