//! stats-refresh in a laboratory: Fanvue's simulator in the same process, a real Postgres, a clock
//! that only a test moves.

mod budget;
mod counting;
mod derivation;
mod history;
mod support;
mod zones;
