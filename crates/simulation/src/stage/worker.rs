//! One step being taken.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::task::noop_waker;
use tidemark_domain::Instant;
use tidemark_jobs::{StepError, StepReport, StepRequest};
use tidemark_sync::{SyncSettings, hints};

use crate::door::{Door, Grant, TrueClock, Wish};

type Step = Pin<Box<dyn Future<Output = Result<StepReport, StepError>>>>;

/// A process in the middle of a step. Dropping it is its death.
pub struct Worker {
    door: Door,
    step: Step,
    wish: Option<Wish>,
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
            wish: None,
        }
    }

    /// When it can go on.
    pub fn wakes_at(&self) -> Instant {
        match self.wish {
            Some(Wish::Wake(instant)) => instant,
            _ => Instant::from_micros(i64::MIN),
        }
    }

    /// What it waits for; nothing before it has begun.
    pub fn take_wish(&mut self) -> Option<Wish> {
        self.wish.take()
    }

    /// Gives it what it waits for.
    pub fn grant(&self, grant: Grant) {
        self.door.grant(grant);
    }

    /// Runs to the next operation, or to the end of the step.
    pub fn go_on(&mut self) -> Option<Result<StepReport, StepError>> {
        let waker = noop_waker();
        match self.step.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => {
                self.wish = self.door.take_wish();
                None
            }
        }
    }
}
