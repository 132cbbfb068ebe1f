//! Points for sales: a sale belongs to who was on shift for its model when it was made.
//!
//! On shift is from the clock-in (not before the start) to the clock-out, or to the end. Where several
//! are, the shift of that very model goes before one for all models, then the later clock-in. What
//! is booked is compared with what should be, so late rows, refunds and corrected clock-ins settle
//! themselves; a reversal counts against whoever had its sale, on its own date.

use std::time::Duration;

use tidemark_domain::{AgencyId, Instant};
use tidemark_ports::{Sql, SqlError};

use super::RuleBook;

/// How far back sales and reversals are compared: that of the sync's daily re-read. Older ones are
/// settled.
pub const LOOK_BACK: Duration = Duration::from_hours(35 * 24);

/// Books the points of an agency's sales; returns how many entries that took.
///
/// # Errors
/// When the statement fails; then nothing was booked.
pub async fn settle(
    sql: &impl Sql,
    agency: AgencyId,
    book: &RuleBook,
    now: Instant,
) -> Result<i64, SqlError> {
    let statement = concat!(
        include_str!("../sql/sales_on_shift.sql"),
        include_str!("../sql/settle_sales.sql")
    );
    let parameters = [
        agency.into(),
        now.minus(LOOK_BACK).into(),
        now.into(),
        book.sale_rates(),
    ];
    let rows = sql.query(statement, &parameters).await?;
    tidemark_ports::sql::only_row(rows)?.get(0)
}
