//! The runtime and the server, with real components.
//!
//! One binary for all of them: linking the Wasm engine takes longer than running the tests.

mod database;
mod faults;
mod jobs;
mod loading;
mod outbound;
mod requests;
mod schedules;
mod serving;
mod support;
mod surroundings;
