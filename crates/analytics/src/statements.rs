//! The statements, whole: each file says what it takes and returns.

/// Zone, models in scope with their sync states, and the first transaction.
pub const SCOPE: &str = include_str!("sql/scope.sql");
/// Sums per segment and source, and the counts of fans.
pub const AGGREGATES: &str = include_str!("sql/aggregates.sql");
/// Observed audience levels per day.
pub const AUDIENCE: &str = include_str!("sql/audience.sql");
