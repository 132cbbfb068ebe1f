//! The KPIs: what they are computed from and how their values are written.
//!
//! The definitions themselves are what [`definitions()`] lists, one entry each and nowhere else.

mod definitions;
mod glossary;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use tidemark_domain::source::ChartGroup;
use tidemark_domain::{Cents, Source};

use crate::aggregates::{BySource, FanCounts, SourceSum};
use crate::audience::SubscriberDays;
use crate::decimal::{Decimal, Fraction};

pub use definitions::{VERSION, definitions};
pub use glossary::glossary;

/// What a KPI's value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// US dollars, to the cent; computed in cents
    Dollars,
    /// a share of 100, to 1 decimal
    Percent,
    /// a quotient, to 2 decimals
    Ratio,
    /// an integer
    Count,
}

impl Unit {
    /// Decimals after rounding (half away from zero, once, at the end).
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Dollars | Self::Ratio => 2,
            Self::Percent => 1,
            Self::Count => 0,
        }
    }

    /// What one unit of a formula's value is worth in units of the last decimal: money is already
    /// in cents, a quotient of 1 is 100.0 percent.
    const fn factor(self) -> i128 {
        match self {
            Self::Dollars | Self::Count => 1,
            Self::Percent => 1000,
            Self::Ratio => 100,
        }
    }
}

/// One KPI: its key, its meaning in words, and its formula.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// key in `kpiMetrics`
    pub id: &'static str,
    /// what it is, as the page shows it on the card
    pub sentence: &'static str,
    /// what its value counts
    pub unit: Unit,
    /// when there is no value
    pub null_when: Option<&'static str>,
    #[serde(skip)]
    formula: fn(&Facts<'_>) -> Option<Fraction>,
}

impl Definition {
    /// The value over some facts; `None` is unknown or undefined, never zero.
    pub fn value(&self, facts: &Facts<'_>) -> Option<Decimal> {
        (self.formula)(facts)?.rounded(self.unit.factor(), self.unit.decimals())
    }

    /// How its value is rounded, in words.
    pub const fn rounding(&self) -> &'static str {
        match self.unit {
            Unit::Dollars => "to the cent, half away from zero",
            Unit::Percent => "to 1 decimal, half away from zero",
            Unit::Ratio => "to 2 decimals, half away from zero",
            Unit::Count => "none",
        }
    }
}

/// Everything that the KPIs of one window follow from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// the window's rows, summed by source
    pub sources: &'a BySource,
    /// its fans
    pub fans: FanCounts,
    /// last known subscriber count at the window's end
    pub active_subscribers: Option<i64>,
    /// its daily subscriber counts
    pub subscriber_days: SubscriberDays,
    /// total revenue of the comparison window, if there is one
    pub compared_revenue: Option<Cents>,
}

impl Facts<'_> {
    /// Adds up the sums of the sources that match.
    fn sum(&self, matches: impl Fn(&Source) -> bool) -> SourceSum {
        let mut sum = SourceSum::default();
        for (source, part) in self.sources {
            if matches(source) {
                sum += *part;
            }
        }
        sum
    }

    fn total_revenue(&self) -> Cents {
        total_revenue(self.sources)
    }

    fn net_revenue(&self) -> Cents {
        self.sources.values().map(|sum| sum.net).sum()
    }

    fn sales(&self) -> SourceSum {
        self.sum(|source| !source.is_reversal())
    }

    fn reversals(&self) -> SourceSum {
        self.sum(Source::is_reversal)
    }

    fn group(&self, group: ChartGroup) -> SourceSum {
        self.sum(|source| source.chart_group() == group)
    }
}

/// Total revenue: Σ gross over all rows, of a window or of one bucket of the chart.
pub fn total_revenue(sources: &BySource) -> Cents {
    sources.values().map(|sum| sum.gross).sum()
}

/// The values of all KPIs of one window, in the order of the contract's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KpiMetrics(Vec<(&'static str, Option<Decimal>)>);

impl KpiMetrics {
    /// Computes every KPI.
    pub fn of(facts: &Facts<'_>) -> Self {
        let value = |definition: &Definition| (definition.id, definition.value(facts));
        Self(definitions().iter().map(value).collect())
    }

    /// The value of one KPI; `None` for an unknown value and for an unknown key.
    pub fn get(&self, id: &str) -> Option<Decimal> {
        self.0
            .iter()
            .find(|(key, _)| *key == id)
            .and_then(|(_, value)| *value)
    }
}

impl Serialize for KpiMetrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (id, value) in &self.0 {
            map.serialize_entry(id, value)?;
        }
        map.end()
    }
}
