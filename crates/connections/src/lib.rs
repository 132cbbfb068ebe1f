//! Grants at Fanvue: stored sealed, renewed by one caller at a time, used within their budget, and
//! the creators they manage.

pub mod access;
pub mod budget;
pub mod caller;
pub mod discover;
pub mod error;
pub mod rotation;
pub mod store;

pub use caller::Caller;
pub use error::ConnectionError;

use tidemark_fanvue::FanvueSettings;
use tidemark_sealing::KeyRing;

/// What it takes to use a stored grant.
pub struct ConnectionSettings {
    /// where Fanvue is, and who we are there
    pub fanvue: FanvueSettings,
    /// the keys under which tokens are sealed
    pub keys: KeyRing,
}
