//! The three doors to the outside: time, HTTP and SQL.
//!
//! Logic crates ask for a [`Platform`]; guests get it from Spin, the host and the tests from
//! native code. Futures need not be `Send`: a guest has one thread, and so has a simulated world.

mod actor;
mod bound;
mod clock;
mod http;
pub mod sql;

pub use actor::{Actor, PREAMBLE};
pub use bound::Bound;
pub use clock::Clock;
pub use http::{Http, HttpError, HttpMethod, HttpRequest, HttpResponse};
pub use sql::{Row, Sql, SqlError, Value};

/// Everything a step may ask of the outside.
pub trait Platform: Clock + Http + Sql {}

impl<T: Clock + Http + Sql> Platform for T {}
