//! The engine behind `GET /api/analytics/dashboard`: every number of the page, computed in one
//! place from one ledger (contract section 4).
//!
//! ```text
//! parameters → (scope) → plan: window, buckets, comparison, segments
//!                          ↓ two statements: roll-ups where they serve, else the ledger
//!            aggregates per (segment, source) + audience per day
//!                          ↓ pure
//!            chart, KPIs, breakdown, freshness, coverage → Dashboard
//! ```
//!
//! An answer takes at most three statements. Everything after them is a pure function of the
//! [`aggregates::Aggregates`], the [`audience::Audience`] and one `now`, in exact integers;
//! rounding happens once, when a figure becomes a [`decimal::Decimal`].

pub mod aggregates;
pub mod audience;
pub mod breakdown;
pub mod buckets;
pub mod chart;
pub mod comparison;
pub mod dashboard;
pub mod decimal;
pub mod freshness;
pub mod kpi;
pub mod load;
pub mod parameters;
pub mod plan;
pub mod response;
pub mod revision;
pub mod roll_up;
mod roll_ups;
pub mod segments;
pub mod statements;
pub mod subject;
pub mod timing;
pub mod top_fans;
pub mod transactions;
pub mod window;

pub use dashboard::{Answer, DashboardError, answer};
pub use kpi::{Definition, definitions};
pub use parameters::{DashboardQuery, ParameterError, TopFansQuery, TransactionsQuery};
pub use response::Dashboard;
