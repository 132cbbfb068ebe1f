//! How an answer reaches the client, if it does.

use std::time::Duration;

/// The way of an answer from the server to the client. The world decides it; the server does it on
/// the connection, and whoever calls [`crate::World::respond`] directly has to do the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// At once and in full.
    #[default]
    Whole,
    /// Status, headers with the full `content-length`, and only the first bytes of the body; then
    /// the connection ends.
    Truncated {
        /// How many bytes of the body arrive.
        after: usize,
    },
    /// Nothing arrives and the connection ends. Status and body are what the server would have
    /// said.
    Reset,
    /// In full, after a pause.
    Delayed(Duration),
}
