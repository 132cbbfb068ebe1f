//! What identifies a row of the ledger, per model.
//!
//! With Fanvue's order id: that and the source. Without one: every member that tells rows apart, and
//! the row's number among equal rows. Equal rows share their instant, so counting needs to remember
//! one instant only, also across a page border.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidemark_domain::Instant;
use tidemark_fanvue::EarningsRow;

/// How often each row without an id was seen at the instant that a page ended on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrences {
    instant: Option<Instant>,
    counts: BTreeMap<String, u32>,
}

impl Occurrences {
    /// The key of the next row of a walk.
    pub fn key_of(&mut self, row: &EarningsRow) -> String {
        if let Some(order) = &row.order_id {
            return format!("order:{order}:{}", row.source);
        }
        if self.instant != Some(row.occurred_at) {
            self.instant = Some(row.occurred_at);
            self.counts.clear();
        }
        let members = members_of(row);
        let count = self.counts.entry(members.clone()).or_insert(0);
        *count += 1;
        format!("row:{members}#{count}")
    }
}

fn members_of(row: &EarningsRow) -> String {
    let or_dash = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
    format!(
        "{}:{}:{}:{}:{}:{}:{}",
        row.occurred_at.micros(),
        row.source,
        row.gross.get(),
        row.net.get(),
        or_dash(row.fan.map(|id| id.to_string())),
        or_dash(row.message_id.map(|id| id.to_string())),
        or_dash(row.post_id.map(|id| id.to_string())),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;
    use tidemark_domain::{Cents, Source};

    use super::*;

    fn row(micros: i64, order_id: Option<&str>) -> EarningsRow {
        EarningsRow {
            occurred_at: Instant::from_micros(micros),
            gross: Cents::new(500),
            net: Cents::new(400),
            total: None,
            currency: None,
            source: Source::new("tip"),
            order_id: order_id.map(str::to_owned),
            order_status: None,
            reverses_order_id: None,
            message_id: None,
            post_id: None,
            fan: None,
            raw: RawValue::from_string("{}".to_owned()).unwrap(),
        }
    }

    #[test]
    fn d013_the_key_is_a_pure_function_of_the_walk() {
        let keys = || {
            let mut seen = Occurrences::default();
            [row(2, None), row(2, None), row(1, Some("FV-ORDER-1"))].map(|row| seen.key_of(&row))
        };
        assert_eq!(keys(), keys());
        assert_eq!(keys()[2], "order:FV-ORDER-1:tip");
    }

    #[test]
    fn d015_two_equal_sales_of_one_instant_are_two_rows_also_across_a_page_border() {
        let mut seen = Occurrences::default();
        let first = seen.key_of(&row(2, None));
        let carried = serde_json::to_string(&seen).unwrap();
        let mut next_page: Occurrences = serde_json::from_str(&carried).unwrap();
        let second = next_page.key_of(&row(2, None));
        assert_ne!(first, second);
        assert!(second.ends_with("#2"));
    }

    #[test]
    fn counting_starts_again_at_another_instant() {
        let mut seen = Occurrences::default();
        seen.key_of(&row(2, None));
        assert!(seen.key_of(&row(1, None)).ends_with("#1"));
        assert_eq!(seen.counts.len(), 1);
    }
}
