//! The statements, whole: each file says what it takes and returns.

/// Zone, models in scope with their sync states, and the first transaction.
pub const SCOPE: &str = include_str!("sql/scope.sql");
/// Sums per segment and source, and the counts of fans.
pub const AGGREGATES: &str = include_str!("sql/aggregates.sql");
/// The same from the roll-ups.
pub const ROLLED: &str = include_str!("sql/rolled.sql");
/// The fans who spent most in a window.
pub const TOP_FANS: &str = include_str!("sql/top_fans.sql");
/// A page of the ledger.
pub const TRANSACTIONS: &str = include_str!("sql/transactions.sql");
/// Audience levels per day.
pub const AUDIENCE: &str = include_str!("sql/audience.sql");
