//! What calls the components: the HTTP server and the schedules.

pub mod cron;
pub mod errands;
pub mod http;
pub mod reply;
mod request_headers;
mod request_trace;

pub use cron::{CronEnd, CronOptions, Fire, run_schedules};
pub use errands::{Errands, run_errands};
pub use http::{HttpOptions, HttpServer, ListenError, Occupancy, ServerEnd};
