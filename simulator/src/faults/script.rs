//! Faults that happen at a named request.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::faults::FaultKind;
use crate::faults::subject::{FaultSubject, FaultTarget};

/// "At the k-th such request from now on, this goes wrong, so many times."
///
/// Only requests the fault can befall are counted: a refused cursor counts requests with a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScriptedFault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Which requests are counted. Default any.
    #[serde(default)]
    pub target: FaultTarget,
    /// Only requests for this creator's data. Default anybody's.
    #[serde(default)]
    pub model: Option<Uuid>,
    /// The first request it befalls, counted from 1. Default 1.
    #[serde(default = "one")]
    pub request: u32,
    /// How many such requests in a row. Default 1.
    #[serde(default = "one")]
    pub times: u32,
}

fn one() -> u32 {
    1
}

impl ScriptedFault {
    /// A fault of the next request it can befall.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            target: FaultTarget::Any,
            model: None,
            request: 1,
            times: 1,
        }
    }

    /// Counts only requests of one kind.
    #[must_use]
    pub fn on(mut self, target: FaultTarget) -> Self {
        self.target = target;
        self
    }

    /// Counts only requests for one creator's data.
    #[must_use]
    pub fn of_model(mut self, model: Uuid) -> Self {
        self.model = Some(model);
        self
    }

    /// Waits for the k-th such request, from 1.
    #[must_use]
    pub fn at_request(mut self, request: u32) -> Self {
        self.request = request;
        self
    }

    /// Befalls so many such requests in a row.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn counts(&self, subject: &FaultSubject) -> bool {
        let is_target = self.target == FaultTarget::Any || self.target == subject.target;
        let is_model = self.model.is_none() || self.model == subject.model;
        is_target && is_model && self.kind.fits(subject)
    }
}

/// A scripted fault that is under way.
#[derive(Debug)]
pub(crate) struct Script {
    fault: ScriptedFault,
    /// Requests still to be let through.
    waits: u32,
    /// Requests still to be disturbed.
    left: u32,
}

impl Script {
    pub(crate) fn new(fault: ScriptedFault) -> Self {
        Self {
            waits: fault.request.saturating_sub(1),
            left: fault.times,
            fault,
        }
    }

    pub(crate) fn kind(&self) -> FaultKind {
        self.fault.kind
    }

    pub(crate) fn is_over(&self) -> bool {
        self.left == 0
    }

    /// Counts a request, and takes it if its turn has come. One that is due while another script
    /// has the request waits for the next one.
    pub(crate) fn is_due(&mut self, subject: &FaultSubject, is_free: bool) -> bool {
        if self.is_over() || !self.fault.counts(subject) {
            return false;
        }
        if self.waits > 0 {
            self.waits -= 1;
            return false;
        }
        if is_free {
            self.left -= 1;
        }
        is_free
    }
}
