//! Exact numbers on their way into JSON: a fraction is rounded once, then written digit by digit.

use std::fmt;

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tidemark_domain::Cents;
use tidemark_domain::money::divide_half_away;

/// A number with a fixed count of decimals, such as 13,626.40 dollars: `scaled` 1362640 with
/// `decimals` 2. It prints as a JSON number without trailing zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    scaled: i64,
    decimals: u32,
}

impl Decimal {
    /// `scaled` ÷ 10^`decimals`.
    pub const fn new(scaled: i64, decimals: u32) -> Self {
        Self { scaled, decimals }
    }
}

/// Dollars, exact to the cent.
impl From<Cents> for Decimal {
    fn from(amount: Cents) -> Self {
        Self::new(amount.get(), 2)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut magnitude = self.scaled.unsigned_abs();
        let mut digits = self.decimals;
        while digits > 0 && magnitude.is_multiple_of(10) {
            magnitude /= 10;
            digits -= 1;
        }
        let sign = if self.scaled < 0 { "-" } else { "" };
        let one = 10_u64.pow(digits);
        write!(formatter, "{sign}{}", magnitude / one)?;
        if digits > 0 {
            let width = digits as usize;
            write!(formatter, ".{:0width$}", magnitude % one)?;
        }
        Ok(())
    }
}

/// The digits go into the JSON text as they are: no binary fraction is ever involved.
impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

/// An exact quotient of integers, not yet rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// `numerator` ÷ `denominator`; `None` for a denominator of 0.
    pub fn of(numerator: impl Into<i128>, denominator: impl Into<i128>) -> Option<Self> {
        let denominator = denominator.into();
        (denominator != 0).then(|| Self {
            numerator: numerator.into(),
            denominator,
        })
    }

    /// An integer.
    pub fn whole(number: i64) -> Self {
        Self {
            numerator: number.into(),
            denominator: 1,
        }
    }

    /// This fraction × `factor`, rounded half away from zero to an integer of 10^-`decimals`;
    /// `None` when it leaves the range of `i64`.
    pub fn rounded(self, factor: i128, decimals: u32) -> Option<Decimal> {
        divide_half_away(self.numerator * factor, self.denominator)
            .map(|scaled| Decimal::new(scaled, decimals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_print_every_digit_and_no_more() {
        let printed = |scaled, decimals| Decimal::new(scaled, decimals).to_string();
        assert_eq!(printed(0, 2), "0");
        assert_eq!(printed(1_362_640, 2), "13626.4");
        assert_eq!(printed(-5, 2), "-0.05");
        assert_eq!(printed(-1_200, 2), "-12");
        assert_eq!(printed(463, 1), "46.3");
        assert_eq!(printed(100, 0), "100");
        assert_eq!(printed(i64::MIN, 2), "-92233720368547758.08");
    }

    #[test]
    fn money_stays_exact_where_a_float_would_not() {
        let amount = Decimal::from(Cents::new(9_007_199_254_740_993));
        assert_eq!(serde_json::to_string(&amount).unwrap(), "90071992547409.93");
    }

    #[test]
    fn fractions_round_half_away_from_zero_once() {
        assert_eq!(
            Fraction::of(1, 8).unwrap().rounded(100, 2),
            Some(Decimal::new(13, 2))
        );
        assert_eq!(
            Fraction::of(-1, 8).unwrap().rounded(100, 2),
            Some(Decimal::new(-13, 2))
        );
        assert_eq!(Fraction::of(1, 0), None);
    }
}
