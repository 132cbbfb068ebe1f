//! Tenancy against real databases.

mod attempts;
mod audit;
mod matrix;
mod reuse;
mod roles;
mod row_security;
mod sessions;
mod support;
