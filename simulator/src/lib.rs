//! A faithful, seeded Fanvue: the API, its OAuth host and a world of creators, fans and sales.
//!
//! Everything the simulator knows is one [`World`], and everything it does is
//! [`World::respond`]: a request and an instant in, a response out, without sockets, threads or
//! a hidden clock. The same seed, epoch, requests and instants give the same bytes. [`Simulator`]
//! is the thin shell that puts a world behind a TCP port for tests, `tidemark sim` and the demo.
//!
//! | part | modules |
//! | --- | --- |
//! | state | [`World`], `account`, `ledger`, `audience`, `posts`, `fans` |
//! | how a world comes to be | `generate`, `live`, [`Hazards`] |
//! | what happens to rows later | `append`, `amend`, `churn` |
//! | what happens to an audience | `crowd` |
//! | what is asked and answered | `exchange`, `routes`, `query`, `cursor`, `problem`, `endpoints` |
//! | who may ask, and how often | `tokens`, `oauth`, `limiter` |
//! | what can be switched, and what can go wrong | [`Switches`], `faults`, [`Delivery`] |
//! | what the client's application is told | [`Webhooks`] |
//! | people and tests looking in | `control` (`/_simulator/…`), [`RequestLog`] |
//!
//! Amounts are `i64` US cents, instants are [`Micros`] (UTC microseconds). Tokens and codes come
//! from the seed and are therefore predictable: never point real users at a simulator.

mod account;
mod amend;
mod api;
mod append;
mod audience;
mod churn;
mod client;
mod clock;
mod config;
mod control;
mod crowd;
mod cursor;
mod delivery;
mod endpoints;
mod exchange;
mod fans;
mod faults;
mod generate;
mod hazards;
mod ledger;
mod ledger_row;
mod limiter;
mod live;
mod oauth;
mod posts;
mod problem;
mod query;
mod randomness;
mod request_log;
mod routes;
mod server;
mod source;
mod switches;
mod tokens;
mod totals;
mod webhooks;
mod world;

pub use amend::{AmendError, Amendment};
pub use append::{AppendError, NewReversal, NewSale};
pub use churn::{ChurnEvent, ChurnKind};
pub use client::{ClientCredentials, TokenGrant};
pub use clock::{Clock, ManualClock, Micros};
pub use config::SimulatorConfig;
pub use crowd::{HeadCounts, SimulatedDay};
pub use delivery::Delivery;
pub use exchange::{ApiRequest, ApiResponse};
pub use faults::{FaultKind, FaultProfile, FaultTarget, Faults, ScriptedFault, UnknownProfile};
pub use hazards::Hazards;
pub use ledger_row::{Feed, LedgerRow, ServedRow};
pub use request_log::{LoggedRequest, RequestLog};
pub use server::{SharedWorld, Simulator, SimulatorError, router};
pub use source::{Currency, Source, SourceName, UnusableSource};
pub use switches::{Shape, Switches};
pub use totals::{Figures, ModelTotals, Totals};
pub use webhooks::{Delivered, WebhookFamily, WebhookLog, Webhooks};
pub use world::{SimulatedModel, UnknownModel, World};

/// The only value of `X-Fanvue-API-Version` that Fanvue knows.
pub const API_VERSION: &str = "2025-06-26";

/// All scopes Fanvue documents; the grants the library issues carry every one of them.
pub const ALL_SCOPES: [&str; 18] = [
    "openid",
    "offline_access",
    "offline",
    "read:self",
    "read:chat",
    "write:chat",
    "read:fan",
    "read:creator",
    "write:creator",
    "read:media",
    "write:media",
    "read:post",
    "write:post",
    "read:insights",
    "read:tracking_links",
    "write:tracking_links",
    "read:agency",
    "write:agency",
];
