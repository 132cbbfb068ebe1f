//! The KPI glossary: each number of the dashboard, defined once.
//!
//! Words used: R is the ledger rows of the scope with `occurredAt` in the window. A sale is a row
//! whose source is not refund or chargeback, a reversal is one whose source is. A paid sale has
//! gross > 0. A fan is counted once per agency.

use tidemark_domain::Cents;
use tidemark_domain::source::ChartGroup;

use super::{Definition, Unit};
use crate::decimal::Fraction;

/// Version of the definitions; it rises when the meaning of a key changes.
pub const VERSION: u32 = 1;

/// All definitions, in the order of the contract's table.
pub fn definitions() -> &'static [Definition] {
    &DEFINITIONS
}

const NO_PAYERS: Option<&str> = Some("nobody paid in the window");

static DEFINITIONS: [Definition; 20] = [
    Definition {
        id: "totalRevenue",
        sentence: "Gross of all sales in the window minus refunds and chargebacks.",
        unit: Unit::Dollars,
        null_when: None,
        formula: |facts| money(facts.total_revenue()),
    },
    Definition {
        id: "grossSales",
        sentence: "Gross of all sales in the window, before refunds and chargebacks.",
        unit: Unit::Dollars,
        null_when: None,
        formula: |facts| money(facts.sales().gross),
    },
    Definition {
        id: "refunds",
        sentence: "Gross that refunds and chargebacks dated in the window took back.",
        unit: Unit::Dollars,
        null_when: None,
        formula: |facts| money(-facts.reversals().gross),
    },
    Definition {
        id: "netRevenue",
        sentence: "What is left after Fanvue's fees, refunds and chargebacks, as Fanvue reports \
                   it row by row.",
        unit: Unit::Dollars,
        null_when: None,
        formula: |facts| money(facts.net_revenue()),
    },
    Definition {
        id: "platformFees",
        sentence: "Gross minus net over all rows of the window.",
        unit: Unit::Dollars,
        null_when: None,
        formula: |facts| money(facts.total_revenue() - facts.net_revenue()),
    },
    Definition {
        id: "transactionCount",
        sentence: "Number of sales in the window, free trials included.",
        unit: Unit::Count,
        null_when: None,
        formula: |facts| count(facts.sales().rows),
    },
    Definition {
        id: "reversalCount",
        sentence: "Number of refunds and chargebacks dated in the window.",
        unit: Unit::Count,
        null_when: None,
        formula: |facts| count(facts.reversals().rows),
    },
    Definition {
        id: "payers",
        sentence: "Different fans with at least one paid sale in the window.",
        unit: Unit::Count,
        null_when: None,
        formula: |facts| count(facts.fans.payers),
    },
    Definition {
        id: "newFans",
        sentence: "Fans whose first paid sale ever lies in the window.",
        unit: Unit::Count,
        null_when: None,
        formula: |facts| count(facts.fans.new_fans),
    },
    Definition {
        id: "activeSubscribers",
        sentence: "Last known subscriber count at or before the window's end, summed over the \
                   models shown.",
        unit: Unit::Count,
        null_when: Some("a model shown has no subscriber count by then"),
        formula: |facts| count(facts.active_subscribers?),
    },
    Definition {
        id: "arpu",
        sentence: "Total revenue divided by the mean of the daily subscriber counts in the \
                   window.",
        unit: Unit::Dollars,
        null_when: Some("no day of the window has a subscriber count, or their mean is 0"),
        formula: |facts| {
            let days = facts.subscriber_days;
            let revenue = i128::from(facts.total_revenue().get());
            Fraction::of(revenue * i128::from(days.days), days.subscribers)
        },
    },
    Definition {
        id: "arppu",
        sentence: "Total revenue divided by the number of payers.",
        unit: Unit::Dollars,
        null_when: NO_PAYERS,
        formula: |facts| Fraction::of(facts.total_revenue().get(), facts.fans.payers),
    },
    Definition {
        id: "ltv",
        sentence: "Gross after reversals of all known fans since the beginning, up to the \
                   window's end, divided by the number of fans who had paid by then.",
        unit: Unit::Dollars,
        null_when: Some("nobody had paid by the window's end"),
        formula: |facts| Fraction::of(facts.fans.lifetime_gross.get(), facts.fans.lifetime_payers),
    },
    Definition {
        id: "messageConversionRate",
        sentence: "Share of the window's payers who bought a message.",
        unit: Unit::Percent,
        null_when: NO_PAYERS,
        formula: |facts| Fraction::of(facts.fans.message_payers, facts.fans.payers),
    },
    Definition {
        id: "ppvConversionRate",
        sentence: "Share of the window's payers who bought a post or a media link.",
        unit: Unit::Percent,
        null_when: NO_PAYERS,
        formula: |facts| Fraction::of(facts.fans.post_payers, facts.fans.payers),
    },
    Definition {
        id: "tipAverage",
        sentence: "Gross of the window's paid tips divided by their number.",
        unit: Unit::Dollars,
        null_when: Some("there is no paid tip in the window"),
        formula: |facts| {
            let tips = facts.group(ChartGroup::Tips);
            Fraction::of(tips.paid_gross.get(), tips.paid)
        },
    },
    Definition {
        id: "goldenRatio",
        sentence: "Gross of message, post, media link and tip sales divided by gross of \
                   subscriptions and renewals.",
        unit: Unit::Ratio,
        null_when: Some("there is no gross of subscriptions and renewals in the window"),
        formula: |facts| {
            let groups = [ChartGroup::Messages, ChartGroup::Posts, ChartGroup::Tips];
            let content: Cents = groups.iter().map(|group| facts.group(*group).gross).sum();
            Fraction::of(
                content.get(),
                facts.group(ChartGroup::Subscriptions).gross.get(),
            )
        },
    },
    Definition {
        id: "messagePurchases",
        sentence: "Number of paid message sales in the window.",
        unit: Unit::Count,
        null_when: None,
        formula: |facts| count(facts.group(ChartGroup::Messages).paid),
    },
    Definition {
        id: "postPurchases",
        sentence: "Number of paid post and media link sales in the window.",
        unit: Unit::Count,
        null_when: None,
        formula: |facts| count(facts.group(ChartGroup::Posts).paid),
    },
    Definition {
        id: "revenueGrowth",
        sentence: "Total revenue against that of the comparison window, as a share of the latter.",
        unit: Unit::Percent,
        null_when: Some("there is no comparison window, or its revenue is 0 or less"),
        formula: |facts| {
            let base = facts.compared_revenue.filter(|base| *base > Cents::ZERO)?;
            Fraction::of((facts.total_revenue() - base).get(), base.get())
        },
    },
];

#[expect(
    clippy::unnecessary_wraps,
    reason = "formulas may have no value; these always do"
)]
fn money(amount: Cents) -> Option<Fraction> {
    Some(Fraction::whole(amount.get()))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "formulas may have no value; these always do"
)]
fn count(number: i64) -> Option<Fraction> {
    Some(Fraction::whole(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glossary_is_the_table_of_the_contract() {
        let ids: Vec<_> = definitions()
            .iter()
            .map(|definition| definition.id)
            .collect();
        let table = "totalRevenue grossSales refunds netRevenue platformFees transactionCount \
                     reversalCount payers newFans activeSubscribers arpu arppu ltv \
                     messageConversionRate ppvConversionRate tipAverage goldenRatio \
                     messagePurchases postPurchases revenueGrowth";
        assert_eq!(ids, table.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn every_definition_is_one_plain_sentence_without_invented_names() {
        for definition in definitions() {
            let sentence = definition.sentence;
            assert!(
                sentence.ends_with('.') && !sentence.contains("  "),
                "{}",
                definition.id
            );
            assert!(
                !definition.id.to_lowercase().contains("sent"),
                "{}",
                definition.id
            );
        }
    }

    #[test]
    fn a_definition_is_served_without_its_formula() {
        let served = serde_json::to_value(definitions()[0]).unwrap();
        assert_eq!(served["id"], "totalRevenue");
        assert_eq!(served["unit"], "dollars");
        assert!(served["nullWhen"].is_null());
    }
}
