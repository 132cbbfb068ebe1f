//! The checks on a real Postgres, with a clock and a network of their own.

mod board;
mod cadence;
mod checks;
mod deliveries;
mod posts;
mod sales;
mod world;
