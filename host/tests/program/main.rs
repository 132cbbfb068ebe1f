//! The program `tidemark` as a whole: what it tells, and what it must not.

mod observability;
mod running;
mod secrets;
