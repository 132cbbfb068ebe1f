//! What can be switched, and the only place where a switch is read.
//!
//! A switch is a member of [`Switches`] plus a method that answers the question an endpoint has.
//! Endpoints call the method and never look at the member, so a further switch (a fault, another
//! shape) is added here and at the one place that asks.

use serde::{Deserialize, Serialize};

use crate::routes::Family;
use crate::source::Source;

/// Which generation of earnings rows the unversioned path serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Rows of February 2026: no order id, no status, no message or post.
    Feb2026,
    /// Rows since May 2026: with ids, reversals only under `/insights/spending`.
    #[default]
    Unversioned,
    /// Rows of the v1 family: reversal rows, `total`, `reversedTransactionOrderId`.
    V1,
}

impl Shape {
    /// Whether an account of this generation has `/v1/…`.
    pub(crate) fn has_family(self, family: Family) -> bool {
        family == Family::Unversioned || self == Self::V1
    }

    /// Whether rows of this source exist in this shape.
    pub(crate) fn serves(self, source: Source) -> bool {
        match source {
            Source::Refund | Source::Chargeback | Source::FanExperience => self == Self::V1,
            _ => true,
        }
    }
}

/// The behaviours that differ between Fanvue's generations and accounts. Changeable while the
/// simulator runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Switches {
    /// The rows of the unversioned earnings path. Default [`Shape::Unversioned`].
    pub shape: Shape,
    /// Whether `/v1/…` exists; 404 otherwise. Default true.
    pub v1_enabled: bool,
    /// Whether an earnings summary is remembered for ten minutes. Default false.
    pub summary_cache: bool,
    /// Whether smart lists come as `{data}` instead of a bare array. Default false.
    #[serde(default)]
    pub smart_lists_wrapped: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            shape: Shape::default(),
            v1_enabled: true,
            summary_cache: false,
            smart_lists_wrapped: false,
        }
    }
}

impl Switches {
    pub(crate) fn serves_family(&self, family: Family) -> bool {
        family == Family::Unversioned || self.v1_enabled
    }

    /// The rows of an account whose own generation, if it has one, comes before the world's.
    pub(crate) fn row_shape(&self, family: Family, own: Option<Shape>) -> Shape {
        match family {
            Family::Unversioned => own.unwrap_or(self.shape),
            Family::V1 => Shape::V1,
        }
    }

    pub(crate) fn wraps_smart_lists(&self) -> bool {
        self.smart_lists_wrapped
    }

    pub(crate) fn remembers_summaries(&self) -> bool {
        self.summary_cache
    }
}
