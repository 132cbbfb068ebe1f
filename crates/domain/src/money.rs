//! Money: US cents as integers, never floats.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// An amount in US cents; negative for reversals.
///
/// Sums of a ledger stay far below the limit of `i64` (92 quadrillion dollars), so addition
/// panics on overflow in debug builds and is otherwise plain.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cents(i64);

impl Cents {
    /// No money; a measured zero, not an unknown.
    pub const ZERO: Self = Self(0);

    /// An amount of `cents` US cents.
    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    /// The amount in US cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// This amount ÷ `count`, rounded half away from zero to the cent; `None` for a count of 0.
    pub fn divided_by(self, count: i64) -> Option<Self> {
        divide_half_away(i128::from(self.0), i128::from(count)).map(Self)
    }
}

/// `numerator ÷ denominator`, rounded half away from zero; `None` when the denominator is 0 or
/// the result leaves the range of `i64`.
pub fn divide_half_away(numerator: i128, denominator: i128) -> Option<i64> {
    if denominator == 0 {
        return None;
    }
    let quotient = numerator / denominator;
    let remainder = numerator % denominator;
    let rounds_up = remainder.unsigned_abs() * 2 >= denominator.unsigned_abs();
    let away = if (numerator < 0) == (denominator < 0) {
        1
    } else {
        -1
    };
    i64::try_from(if rounds_up { quotient + away } else { quotient }).ok()
}

/// Dollars with exactly two decimals, as in `-12.05`: a valid JSON number, exact to the cent.
impl fmt::Display for Cents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        write!(
            formatter,
            "{sign}{}.{:02}",
            magnitude / 100,
            magnitude % 100
        )
    }
}

impl Add for Cents {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Cents {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Cents {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Cents {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_round_half_away_from_zero() {
        assert_eq!(Cents::new(5).divided_by(2), Some(Cents::new(3)));
        assert_eq!(Cents::new(-5).divided_by(2), Some(Cents::new(-3)));
        assert_eq!(Cents::new(4).divided_by(3), Some(Cents::new(1)));
        assert_eq!(Cents::new(4).divided_by(0), None);
        assert_eq!(divide_half_away(7, -2), Some(-4));
    }

    #[test]
    fn dollars_print_exactly_to_the_cent() {
        assert_eq!(Cents::new(1_362_640).to_string(), "13626.40");
        assert_eq!(Cents::new(-5).to_string(), "-0.05");
        assert_eq!(Cents::new(0).to_string(), "0.00");
    }
}
