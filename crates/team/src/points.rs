//! Points: the rules that give them, and what is derived from them.

pub mod badges;
// leaderboard
pub mod level;
// preview
pub mod rules;
pub mod sales;
pub mod streak;

pub use rules::{RuleBook, Rules};
