//! The native ports against real servers: Postgres of both kinds, and a small HTTP server.

mod http;
mod sql;
