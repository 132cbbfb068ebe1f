//! What was asked: counters for good, and the latest requests one by one.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::clock::Micros;
use crate::faults::FaultKind;

/// How many single requests are remembered.
const REMEMBERED: usize = 10_000;

/// What a path that does not exist is counted as.
pub(crate) const UNKNOWN_ENDPOINT: &str = "unknown";

/// One request and how it was answered. Holds no token and no form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedRequest {
    /// When it was answered, by the simulator's clock.
    pub at: Micros,
    /// Verb and path with `{id}` for a creator, such as `GET /creators/{id}/insights/earnings`;
    /// `unknown` for a path that does not exist.
    pub endpoint: String,
    /// The path asked for.
    pub path: String,
    /// The query asked with, still encoded; empty for the OAuth host.
    pub query: String,
    /// Status of the answer, whether or not it arrived.
    pub status: u16,
    /// What went wrong with the answer; none when it was the true one.
    pub fault: Option<FaultKind>,
}

/// Counters per endpoint and status, and the latest 10,000 requests. Requests of the control API
/// are not part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestLog {
    /// Endpoint, then status, then how often.
    pub counts: BTreeMap<String, BTreeMap<u16, u64>>,
    /// Fault, then how often it befell a request.
    pub faults: BTreeMap<FaultKind, u64>,
    /// The latest requests, oldest first.
    pub latest: VecDeque<LoggedRequest>,
}

impl RequestLog {
    /// All requests.
    pub fn total(&self) -> u64 {
        self.counts.values().flat_map(BTreeMap::values).sum()
    }

    /// Requests of one endpoint, whatever the answer.
    pub fn endpoint(&self, endpoint: &str) -> u64 {
        self.counts
            .get(endpoint)
            .map_or(0, |statuses| statuses.values().sum())
    }

    /// Requests answered with one status, whatever the endpoint.
    pub fn status(&self, status: u16) -> u64 {
        self.counts
            .values()
            .filter_map(|statuses| statuses.get(&status))
            .sum()
    }

    /// Requests that one kind of fault befell.
    pub fn fault(&self, kind: FaultKind) -> u64 {
        self.faults.get(&kind).copied().unwrap_or_default()
    }

    pub(crate) fn record(&mut self, request: LoggedRequest) {
        let statuses = self.counts.entry(request.endpoint.clone()).or_default();
        *statuses.entry(request.status).or_default() += 1;
        if let Some(kind) = request.fault {
            *self.faults.entry(kind).or_default() += 1;
        }
        if self.latest.len() == REMEMBERED {
            self.latest.pop_front();
        }
        self.latest.push_back(request);
    }
}
