//! One step being taken.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::task::noop_waker;
use tidemark_domain::Instant;
use tidemark_jobs::{StepError, StepReport, StepRequest};
use tidemark_sync::{SyncSettings, hints};

use crate::door::{Door, Knock, TrueClock};

type Step = Pin<Box<dyn Future<Output = Result<StepReport, StepError>>>>;

/// A process in the middle of a step. Dropping it is its death.
pub struct Worker {
    door: Door,
    step: Step,
    has_begun: bool,
    waiting: Vec<Knock>,
}

impl Worker {
    /// Begins a step of the sync, or one that only follows hints.
    pub fn begin(
        clock: TrueClock,
        ahead: i64,
        settings: Rc<SyncSettings>,
        request: StepRequest,
        follows_hints: bool,
    ) -> Self {
        let door = Door::new(clock, ahead);
        let platform = door.clone();
        let step = Box::pin(async move {
            if follows_hints {
                hints::step(&platform, &settings, &request).await
            } else {
                tidemark_sync::step(&platform, &settings, &request).await
            }
        });
        Self {
            door,
            step,
            has_begun: false,
            waiting: Vec::new(),
        }
    }

    /// When it can go on.
    pub fn wakes_at(&self) -> Instant {
        let first = self.waiting.iter().map(Knock::wakes_at).min();
        match first {
            Some(first) => first,
            None if self.has_begun => unreachable!("a step waits for nothing that the stage gives"),
            None => Instant::from_micros(i64::MIN),
        }
    }

    /// One of what it waits for that can be let through at `now`, by `choose` among so many; nothing
    /// before it has begun.
    pub fn take_knock(
        &mut self,
        now: Instant,
        choose: impl FnOnce(usize) -> usize,
    ) -> Option<Knock> {
        let ready: Vec<usize> = (0..self.waiting.len())
            .filter(|&index| self.waiting[index].wakes_at() <= now)
            .collect();
        match ready.as_slice() {
            [] => None,
            &[only] => Some(self.waiting.remove(only)),
            several => Some(self.waiting.remove(several[choose(several.len())])),
        }
    }

    /// Runs to the next operation, or to the end of the step.
    pub fn go_on(&mut self) -> Option<Result<StepReport, StepError>> {
        self.has_begun = true;
        let waker = noop_waker();
        match self.step.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => {
                self.waiting.extend(self.door.take_knocks());
                self.waiting.retain(|knock| !knock.is_given_up());
                None
            }
        }
    }
}
