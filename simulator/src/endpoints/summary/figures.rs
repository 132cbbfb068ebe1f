//! Sums of sales.

use serde::Serialize;

use crate::ledger::Row;

/// US cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct GrossNet {
    pub(super) gross: i64,
    pub(super) net: i64,
}

impl GrossNet {
    pub(super) fn sum(rows: &[Row]) -> Self {
        let mut sum = Self::default();
        for row in rows {
            sum.add(row);
        }
        sum
    }

    pub(super) fn add(&mut self, row: &Row) {
        self.gross += row.gross_cents;
        self.net += row.net_cents;
    }
}

/// Growth in per cent with two decimals; none against a month without sales.
pub(super) fn change_percentage(now: i64, before: i64) -> Option<f64> {
    if before == 0 {
        return None;
    }
    let hundredths = i128::from(now - before) * 10_000 / i128::from(before);
    let bounded = i32::try_from(hundredths).unwrap_or(i32::MAX);
    Some(f64::from(bounded) / 100.0)
}

/// A mean rounded to the nearest cent; 0 of nothing.
pub(super) fn mean(sum: i64, count: i64) -> i64 {
    if count == 0 {
        return 0;
    }
    (sum + count / 2).div_euclid(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_has_two_decimals_and_needs_a_month_before() {
        assert_eq!(change_percentage(300, 200), Some(50.0));
        assert_eq!(change_percentage(2, 3), Some(-33.33));
        assert_eq!(change_percentage(300, 0), None);
    }

    #[test]
    fn means_are_rounded_to_the_nearest_cent() {
        assert_eq!(mean(5, 2), 3);
        assert_eq!(mean(4, 3), 1);
        assert_eq!(mean(4, 0), 0);
    }
}
