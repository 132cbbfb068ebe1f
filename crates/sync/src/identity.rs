//! What identifies a row of the ledger, per model. Pure.
//!
//! - With Fanvue's order id: that and the source. Fanvue promises no uniqueness, so a second row of
//!   one order and source that cannot be the first one changed is a line of its own.
//! - Without: every member that tells rows apart, and the row's number among equal rows.
//!
//! Keys alone settle nearly every row. [`resolve()`] settles the rest against what is stored: further
//! lines, and rows that move from one shape to another.

mod keys;
mod resolve;

pub use keys::{Members, bare_key, bare_members, line_key, order_key};
pub use resolve::{Entry, StoredRow, resolve};
