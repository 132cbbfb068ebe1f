//! The time box of a step.

use std::time::Duration;

use tidemark_domain::Instant;
use tidemark_ports::Clock;

/// How long a lease outlives the budget of the step that took it.
pub const LEASE_MARGIN: Duration = Duration::from_secs(10);

/// When a step began and when it must have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepBudget {
    started_at: Instant,
    deadline: Instant,
}

impl StepBudget {
    /// A box of `length` from now on.
    pub fn starting_now(clock: &impl Clock, length: Duration) -> Self {
        let started_at = clock.now();
        Self {
            started_at,
            deadline: started_at.plus(length),
        }
    }

    /// When the step began.
    pub const fn started_at(self) -> Instant {
        self.started_at
    }

    /// When it must have ended.
    pub const fn deadline(self) -> Instant {
        self.deadline
    }

    /// Until when a lease taken by this step is held.
    pub fn lease_until(self) -> Instant {
        self.deadline.plus(LEASE_MARGIN)
    }

    /// What is left of the box at `now`.
    pub fn left(self, now: Instant) -> Duration {
        self.deadline.since(now)
    }

    /// Whether the box is used up at `now`.
    pub fn is_used_up(self, now: Instant) -> bool {
        self.left(now).is_zero()
    }
}
