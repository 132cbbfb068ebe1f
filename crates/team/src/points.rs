//! Points: the rules that give them, and what is derived from them.

pub mod badges;
pub mod leaderboard;
pub mod level;
pub mod preview;
pub mod rules;
pub mod sales;
pub mod streak;

pub use rules::{RuleBook, Rules};
