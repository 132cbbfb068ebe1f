//! The order of work in one step: ready models first, paused ones when their pause is over.

use std::collections::VecDeque;

use tidemark_domain::{AgencyId, Instant};
use tidemark_ports::Platform;

use crate::StepBudget;
use crate::work::{ModelWork, Target};

struct Item {
    work: ModelWork,
    target: Target,
    not_before: Option<Instant>,
}

/// Models that still have to be read in this step.
#[derive(Default)]
pub struct Queue {
    items: VecDeque<Item>,
    progressed: bool,
}

impl Queue {
    /// Adds a model at the end; `not_before` while Fanvue asks for a pause.
    pub fn add(&mut self, work: ModelWork, target: Target, not_before: Option<Instant>) {
        self.items.push_back(Item {
            work,
            target,
            not_before,
        });
    }

    /// The next model to read. Waits for the end of the shortest pause when all are paused and the
    /// budget allows it; `None` when nothing is left or time is up.
    pub async fn next(
        &mut self,
        platform: &impl Platform,
        budget: StepBudget,
    ) -> Option<(ModelWork, Target)> {
        let now = platform.now();
        // Even the shortest step gets one model further, or runs of such steps would never end.
        if self.progressed && budget.is_used_up(now) {
            return None;
        }
        let position = (0..self.items.len()).min_by_key(|&i| self.items[i].not_before)?;
        if let Some(until) = self.items[position].not_before {
            if until.since(now) >= budget.left(now) {
                return None;
            }
            platform.sleep(until.since(now)).await;
        }
        self.items
            .remove(position)
            .map(|item| (item.work, item.target))
    }

    /// Notes that a model got further: from now on the step may end when its time is up.
    pub fn note_progress(&mut self) {
        self.progressed = true;
    }

    /// The agencies of the models left over, once per model.
    pub fn agencies(&self) -> impl Iterator<Item = AgencyId> {
        self.items.iter().map(|item| item.work.agency)
    }
}
