//! The world of the end-to-end tests: the real components in the real host, a simulated Fanvue and
//! a Postgres, embedded or native.

pub mod components;
pub mod compressed;
pub mod hosts;
mod opening;
pub mod spin;
mod truth;
pub mod world;

pub use world::{World, WorldBuilder};
