//! Revenue by Fanvue source, with shares that add up to exactly 100.

use std::cmp::Reverse;

use serde::Serialize;
use tidemark_domain::source::REVERSAL_SOURCES;
use tidemark_domain::{Cents, Source};

use crate::aggregates::{BySource, SourceSum};
use crate::decimal::Decimal;

/// 100 % in units of the last decimal of a share.
const WHOLE: i128 = 1000;
const SHARE_DECIMALS: u32 = 1;

/// One entry of `categoryBreakdown`. Money in US dollars, exact to the cent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryShare {
    /// the source as Fanvue names it
    pub category: String,
    /// Σ gross
    pub amount: Decimal,
    /// Σ net
    pub net: Decimal,
    /// share of gross sales in percent; none for reversals, and where there are no gross sales
    pub percentage: Option<Decimal>,
    /// number of rows
    pub transaction_count: i64,
}

/// The sales by falling amount (then by name), after them refunds, then chargebacks.
pub fn breakdown(sources: &BySource) -> Vec<CategoryShare> {
    let mut sales: Vec<(&Source, &SourceSum)> = sources
        .iter()
        .filter(|(source, _)| !source.is_reversal())
        .collect();
    sales.sort_by_key(|(source, sum)| (Reverse(sum.gross), source.as_str()));

    let amounts: Vec<Cents> = sales.iter().map(|(_, sum)| sum.gross).collect();
    let mut entries: Vec<CategoryShare> = sales
        .into_iter()
        .zip(shares(&amounts))
        .map(|((source, sum), share)| entry(source, sum, share))
        .collect();
    let reversals = REVERSAL_SOURCES.iter().map(|name| Source::new(*name));
    entries.extend(
        reversals.filter_map(|source| sources.get(&source).map(|sum| entry(&source, sum, None))),
    );
    entries
}

fn entry(source: &Source, sum: &SourceSum, share: Option<Decimal>) -> CategoryShare {
    CategoryShare {
        category: source.as_str().to_owned(),
        amount: sum.gross.into(),
        net: sum.net.into(),
        percentage: share,
        transaction_count: sum.rows,
    }
}

/// Shares by largest remainder: each is rounded down to a tenth of a percent, and the tenths that
/// are missing go to the largest remainders (the earlier of equal ones). None where the sum is not
/// positive.
fn shares(amounts: &[Cents]) -> Vec<Option<Decimal>> {
    let whole: i128 = amounts.iter().map(|amount| i128::from(amount.get())).sum();
    if whole <= 0 {
        return vec![None; amounts.len()];
    }
    let scaled = |amount: &Cents| i128::from(amount.get()) * WHOLE;
    let mut tenths: Vec<i128> = amounts
        .iter()
        .map(|amount| scaled(amount).div_euclid(whole))
        .collect();
    let mut by_remainder: Vec<usize> = (0..amounts.len()).collect();
    by_remainder.sort_by_key(|position| Reverse(scaled(&amounts[*position]).rem_euclid(whole)));

    let missing = WHOLE - tenths.iter().sum::<i128>();
    let missing = usize::try_from(missing).expect("invariant: fewer tenths miss than amounts");
    for position in by_remainder.into_iter().take(missing) {
        tenths[position] += 1;
    }
    let share = |tenth: i128| {
        i64::try_from(tenth)
            .ok()
            .map(|scaled| Decimal::new(scaled, SHARE_DECIMALS))
    };
    tenths.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares_of(cents: &[i64]) -> Vec<String> {
        let amounts: Vec<Cents> = cents.iter().map(|amount| Cents::new(*amount)).collect();
        let shown = |share: Option<Decimal>| share.map_or("null".to_owned(), |it| it.to_string());
        shares(&amounts).into_iter().map(shown).collect()
    }

    #[test]
    fn thirds_add_up_to_one_hundred() {
        assert_eq!(shares_of(&[1, 1, 1]), ["33.4", "33.3", "33.3"]);
    }

    #[test]
    fn the_largest_remainder_gets_the_missing_tenth() {
        assert_eq!(shares_of(&[5_004, 2_503, 2_493]), ["50.1", "25", "24.9"]);
    }

    #[test]
    fn without_gross_sales_there_are_no_shares() {
        assert_eq!(shares_of(&[0, 0]), ["null", "null"]);
        assert!(shares_of(&[]).is_empty());
    }

    #[test]
    fn reversals_come_last_and_have_no_share() {
        let sum = |cents| SourceSum {
            rows: 1,
            gross: Cents::new(cents),
            ..SourceSum::default()
        };
        let sources = BySource::from([
            (Source::new("chargeback"), sum(-900)),
            (Source::new("refund"), sum(-100)),
            (Source::new("hologram"), sum(50)),
            (Source::new("tip"), sum(50)),
            (Source::new("renewal"), sum(300)),
        ]);
        let order: Vec<_> = breakdown(&sources)
            .into_iter()
            .map(|it| it.category)
            .collect();
        assert_eq!(
            order,
            ["renewal", "hologram", "tip", "refund", "chargeback"]
        );
        assert_eq!(breakdown(&sources)[4].percentage, None);
        assert_eq!(breakdown(&sources)[4].amount, Decimal::new(-900, 2));
    }
}
