//! The words of the business: money in cents, instants and local days, ids, Fanvue sources.
//!
//! Nothing here does I/O or knows a clock: "now" always comes from the caller.

pub mod backoff;
pub mod ids;
pub mod money;
pub mod secret;
pub mod source;
pub mod time;

pub use ids::{AgencyId, ConnectionId, FanId, ModelId};
pub use money::Cents;
pub use secret::Secret;
pub use source::Source;
pub use time::{HISTORY_FLOOR, Instant, LocalDay, Zone};
