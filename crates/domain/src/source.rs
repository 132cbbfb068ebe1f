//! Where money came from: Fanvue's `source` of an earnings row.

use std::fmt;

/// A Fanvue earnings source, kept as it came (the enum is open: fanvue-api section 9).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(String);

/// What a source means for sums: contract section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChartGroup {
    /// subscription and renewal sales
    Subscriptions,
    /// tip sales
    Tips,
    /// message sales
    Messages,
    /// post and mediaLink sales
    Posts,
    /// every other sale, unknown sources included
    Other,
    /// refund and chargeback rows (not sales)
    Refunds,
}

/// Sources whose rows are reversals, not sales.
pub const REVERSAL_SOURCES: [&str; 2] = ["refund", "chargeback"];

/// The sources Fanvue has documented so far; any other is stored and counted as unknown.
pub const KNOWN_SOURCES: [&str; 14] = [
    "subscription",
    "renewal",
    "message",
    "post",
    "tip",
    "mediaLink",
    "referral",
    "affiliate",
    "giveaway",
    "appStore",
    "checkoutLink",
    "fanExperience",
    "refund",
    "chargeback",
];

impl Source {
    /// Keeps the text of a source.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as Fanvue wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether rows of this source take money back.
    pub fn is_reversal(&self) -> bool {
        REVERSAL_SOURCES.contains(&self.as_str())
    }

    /// Whether Fanvue has documented this source.
    pub fn is_known(&self) -> bool {
        KNOWN_SOURCES.contains(&self.as_str())
    }

    /// The part of the stacked chart that rows of this source belong to.
    pub fn chart_group(&self) -> ChartGroup {
        match self.as_str() {
            "subscription" | "renewal" => ChartGroup::Subscriptions,
            "tip" => ChartGroup::Tips,
            "message" => ChartGroup::Messages,
            "post" | "mediaLink" => ChartGroup::Posts,
            "refund" | "chargeback" => ChartGroup::Refunds,
            _ => ChartGroup::Other,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_source_is_a_sale_in_other() {
        let source = Source::new("hologram");
        assert!(!source.is_known() && !source.is_reversal());
        assert_eq!(source.chart_group(), ChartGroup::Other);
        assert_eq!(Source::new("chargeback").chart_group(), ChartGroup::Refunds);
    }
}
