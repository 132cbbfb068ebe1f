//! What is planned: shifts and posts, and what confirms them.

pub mod feed;
pub mod matching;
