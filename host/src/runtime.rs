//! Loads the components of a manifest and calls them.

pub mod application;
mod bindings;
pub mod call;
pub mod clock;
mod engine;
pub mod fault;
mod files;
pub mod jobs;
pub mod limits;
mod outbound;
mod output;
pub mod plugin;
mod postgres;
pub mod request;
mod state;
mod variables;

pub use application::{Application, LoadError, Settings};
pub use call::CronFailure;
pub use clock::{Clock, SystemClock};
pub use fault::GuestFault;
pub use files::MountError;
pub use limits::Limits;
pub use plugin::{Export, Plugin};
pub use postgres::pools::{DatabasePools, GuestPool, PoolsByAddress};
