//! The database from outside: connecting, the embedded server's life, and the schema's history.

mod acting;
mod connecting;
mod damage;
mod embedded;
mod migrations;
