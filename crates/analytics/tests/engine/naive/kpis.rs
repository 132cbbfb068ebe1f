//! The KPI table, row by row of the contract.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tidemark_domain::LocalDay;

use super::{Naive, Range, dollars, is_paid, is_reversal, midnight, rounded};
use crate::world::LedgerRow;

fn is_message(row: &LedgerRow) -> bool {
    row.source == "message"
}

fn is_post(row: &LedgerRow) -> bool {
    row.source == "post" || row.source == "mediaLink"
}

fn is_tip(row: &LedgerRow) -> bool {
    row.source == "tip"
}

fn is_content(row: &LedgerRow) -> bool {
    is_message(row) || is_post(row) || is_tip(row)
}

fn is_subscription(row: &LedgerRow) -> bool {
    row.source == "subscription" || row.source == "renewal"
}

fn size<T>(set: &BTreeSet<T>) -> i64 {
    i64::try_from(set.len()).unwrap()
}

impl Naive<'_> {
    pub(super) fn kpis(&self, range: Range, base: Option<i64>) -> Value {
        let always = midnight(LocalDay::parse("0001-01-01").unwrap());
        let until_end = Range {
            start: always,
            ..range
        };
        let before = Range::new(always, range.start);
        let total = self.gross(range, |_| true);
        let net: i64 = self.inside(range).map(|row| row.net).sum();
        let payers = self.fans(range, |_| true);
        let paid_before = self.fans(before, |_| true);
        let paid_by_the_end = self.fans(until_end, |_| true);
        let spent_by_the_end = self.gross(until_end, |row| row.fan.is_some());
        let paid_tips = |row: &LedgerRow| is_paid(row) && is_tip(row);
        let levels = self.daily_subscribers(range);
        let level_days = i64::try_from(levels.len()).unwrap();
        let share_of_payers = |buyers: &BTreeSet<_>| rounded(size(buyers) * 100, size(&payers), 1);
        let growth = match base {
            Some(base) if base > 0 => rounded((total - base) * 100, base, 1),
            _ => Value::Null,
        };
        json!({
            "totalRevenue": dollars(total),
            "grossSales": dollars(self.gross(range, |row| !is_reversal(row))),
            "refunds": dollars(-self.gross(range, is_reversal)),
            "netRevenue": dollars(net),
            "platformFees": dollars(total - net),
            "transactionCount": self.count(range, |row| !is_reversal(row)),
            "reversalCount": self.count(range, is_reversal),
            "payers": payers.len(),
            "newFans": payers.difference(&paid_before).count(),
            "activeSubscribers": self.level(range.last_day()).map(|level| level.0),
            "arpu": rounded(total * level_days, levels.iter().sum::<i64>() * 100, 2),
            "arppu": rounded(total, size(&payers) * 100, 2),
            "ltv": rounded(spent_by_the_end, size(&paid_by_the_end) * 100, 2),
            "messageConversionRate": share_of_payers(&self.fans(range, is_message)),
            "ppvConversionRate": share_of_payers(&self.fans(range, is_post)),
            "tipAverage":
                rounded(self.gross(range, paid_tips), self.count(range, paid_tips) * 100, 2),
            "goldenRatio":
                rounded(self.gross(range, is_content), self.gross(range, is_subscription), 2),
            "messagePurchases": self.count(range, |row| is_paid(row) && is_message(row)),
            "postPurchases": self.count(range, |row| is_paid(row) && is_post(row)),
            "revenueGrowth": growth,
        })
    }

    fn daily_subscribers(&self, range: Range) -> Vec<i64> {
        let mut days = BTreeSet::new();
        for snapshot in &self.world.snapshots {
            let inside = range.first_day() <= snapshot.day && snapshot.day <= range.last_day();
            if range.start < range.end && inside && self.models.contains(&snapshot.model) {
                days.insert(snapshot.day);
            }
        }
        days.into_iter()
            .filter_map(|day| self.level(day))
            .map(|level| level.0)
            .collect()
    }
}
