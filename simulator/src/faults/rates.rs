//! How often faults happen by chance, and how bad they are.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::faults::FaultKind;

/// Random faults. One fault at most befalls a request, so the rates that fit it should not add up
/// to more than a thousand; beyond that the last kinds never happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Faults {
    /// Per mille of the requests a kind can befall; kinds left out do not happen.
    pub rates: BTreeMap<FaultKind, u32>,
    /// What `Retry-After` says, in seconds. Default 2.
    pub retry_after_seconds: u32,
    /// Requests a burst refuses in a row. Default 4.
    pub burst_length: u32,
    /// How late a slow answer is, in milliseconds. Default 750.
    pub delay_milliseconds: u64,
    /// Length of a huge body, in bytes. Default 10 MiB.
    pub huge_bytes: usize,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            rates: BTreeMap::new(),
            retry_after_seconds: 2,
            burst_length: 4,
            delay_milliseconds: 750,
            huge_bytes: 10 * 1_024 * 1_024,
        }
    }
}

impl Faults {
    /// No faults.
    pub fn none() -> Self {
        Self::default()
    }

    /// Sets the rate of one kind, in per mille.
    #[must_use]
    pub fn with(mut self, kind: FaultKind, per_mille: u32) -> Self {
        self.rates.insert(kind, per_mille);
        self
    }

    /// Whether nothing happens by chance.
    pub fn is_none(&self) -> bool {
        self.rates.values().all(|per_mille| *per_mille == 0)
    }

    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_milliseconds)
    }
}
