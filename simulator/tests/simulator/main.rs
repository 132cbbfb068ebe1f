//! The simulator as its users meet it: through requests, and through the library.

mod audience;
mod awkward_rows;
mod churn;
mod control;
mod fault_control;
mod fault_draws;
mod fault_pages;
mod fault_refusals;
mod fault_rows;
mod fault_tokens;
mod fault_transport;
mod generation;
mod hazards;
mod limits;
mod live;
mod oauth;
mod paging;
mod posts;
mod refusals;
mod server;
mod shapes;
mod summary;
mod support;
mod truth;
mod windows;
