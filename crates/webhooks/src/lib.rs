//! webhook-intake: events from Fanvue, verified, stored once, and turned into hints.
//!
//! An event never carries money into the ledger: it says which model to look at. Order of work: the
//! signature over the raw bytes, then the body, then one statement, then 202.
//!
//! - [`signature`]: who sent it, and when (pure)
//! - [`event`], [`topics`]: what it is about (pure)
//! - [`intake`]: the route
//! - [`retention`]: events that were kept long enough
//!
//! Source: `https://api.fanvue.com/docs/webhooks`.

pub mod event;
pub mod intake;
pub mod retention;
pub mod signature;
pub mod topics;

/// The largest body that is read: 1 MiB.
pub const BODY_LIMIT: usize = 1024 * 1024;
