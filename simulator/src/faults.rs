//! Faults: what goes wrong between Fanvue and a client, by chance or by script.
//!
//! A fault befalls a request that would otherwise be answered: its token is valid and its bucket
//! is not empty. It either takes the place of the answer or disturbs the true one; a fault that
//! finds nothing to disturb, such as a page without rows to shuffle, passes without a trace. The
//! control API is spared. All chance comes from the world's seed, so the same seed, requests and
//! instants meet the same faults.
//!
//! | part | modules |
//! | --- | --- |
//! | what can go wrong | `kind`, `profile` |
//! | how often and when | `rates`, `script`, `subject` |
//! | what the client gets | `answers`, `pages`, `rows` |

mod answers;
mod kind;
mod pages;
mod profile;
mod rates;
mod rows;
mod script;
mod subject;

use std::collections::HashMap;

use crate::exchange::{ApiRequest, ApiResponse};
use crate::limiter::BucketKey;
use crate::randomness::{Randomness, Stream};
use crate::world::World;
use script::Script;

pub use kind::FaultKind;
pub use profile::{FaultProfile, UnknownProfile};
pub use rates::Faults;
pub use script::ScriptedFault;
pub(crate) use subject::FaultSubject;
pub use subject::FaultTarget;

const EVERY_REQUEST: u32 = 1_000;

/// The faults of a world: their rates, the scripts that are not over, and chance.
#[derive(Debug)]
pub(crate) struct FaultState {
    faults: Faults,
    scripts: Vec<Script>,
    /// Refusals still to come of a burst, per bucket.
    bursts: HashMap<BucketKey, u32>,
    randomness: Randomness,
}

impl FaultState {
    pub(crate) fn new(faults: Faults, seed: u64) -> Self {
        Self {
            faults,
            scripts: Vec::new(),
            bursts: HashMap::new(),
            randomness: Randomness::new(seed, Stream::Faults),
        }
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn set(&mut self, faults: Faults) {
        self.faults = faults;
    }

    pub(crate) fn script(&mut self, fault: ScriptedFault) {
        self.scripts.push(Script::new(fault));
    }

    /// Ends every fault, also those that are under way.
    pub(crate) fn calm(&mut self) {
        self.faults = Faults::default();
        self.scripts.clear();
        self.bursts.clear();
    }

    /// The fault of a request: a burst under way first, then a script that is due, then chance.
    pub(crate) fn draw(
        &mut self,
        subject: &FaultSubject,
        bucket: Option<BucketKey>,
    ) -> Option<FaultKind> {
        if self.continues_burst(bucket) {
            return Some(FaultKind::RateLimitedBurst);
        }
        let kind = self.scripted(subject).or_else(|| self.by_chance(subject))?;
        if let (FaultKind::RateLimitedBurst, Some(bucket)) = (kind, bucket) {
            let still_to_come = self.faults.burst_length.saturating_sub(1);
            self.bursts.insert(bucket, still_to_come);
        }
        Some(kind)
    }

    fn continues_burst(&mut self, bucket: Option<BucketKey>) -> bool {
        let still_to_come = bucket.and_then(|bucket| self.bursts.get_mut(&bucket));
        match still_to_come {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Every script counts the request, though only the first one that is due has its turn.
    fn scripted(&mut self, subject: &FaultSubject) -> Option<FaultKind> {
        let mut chosen = None;
        for script in &mut self.scripts {
            if script.is_due(subject, chosen.is_none()) {
                chosen = Some(script.kind());
            }
        }
        self.scripts.retain(|script| !script.is_over());
        chosen
    }

    fn by_chance(&mut self, subject: &FaultSubject) -> Option<FaultKind> {
        if self.faults.is_none() {
            return None;
        }
        let mut left = self.randomness.below(EVERY_REQUEST);
        for (kind, per_mille) in &self.faults.rates {
            if !kind.fits(subject) {
                continue;
            }
            if left < *per_mille {
                return Some(*kind);
            }
            left -= per_mille;
        }
        None
    }
}

impl World {
    /// The answer to a request that a fault befalls, if any was drawn; with the fault that really
    /// came about.
    pub(crate) fn answer_under(
        &mut self,
        drawn: Option<FaultKind>,
        subject: &FaultSubject,
        request: &ApiRequest,
        true_answer: impl FnOnce(&mut Self) -> ApiResponse,
    ) -> (ApiResponse, Option<FaultKind>) {
        let Some(kind) = drawn else {
            return (true_answer(self), None);
        };
        if let Some(response) = answers::instead(kind) {
            return (response, Some(kind));
        }
        let mut response = true_answer(self);
        let is_disturbed = self
            .faults
            .disturb(kind, subject, &request.query, &mut response);
        (response, is_disturbed.then_some(kind))
    }

    /// The random faults.
    pub fn faults(&self) -> &Faults {
        self.faults.faults()
    }

    /// Sets the random faults; scripted ones stay.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults.set(faults);
    }

    /// Lets a fault happen at a named request.
    pub fn script_fault(&mut self, fault: ScriptedFault) {
        self.faults.script(fault);
    }

    /// From now on nothing goes wrong: no random and no scripted faults, bursts under way end, and
    /// no live events come by themselves. Live sales go on.
    pub fn calm(&mut self) {
        self.faults.calm();
        self.live_events = None;
    }
}
