//! What one run of a guest may use: memory, processor time, time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use wasmtime::ResourceLimiter;

use super::fault::GuestFault;

/// Linear memory of one instance, in bytes, unless configured: 256 MiB.
pub const DEFAULT_MEMORY_BYTES: usize = 256 << 20;

/// Time within which a guest must begin its answer, unless configured.
pub const DEFAULT_ANSWER_TIME: Duration = Duration::from_secs(30);

/// Time that a guest may spend sending the rest of its answer, unless configured.
pub const DEFAULT_STREAM_TIME: Duration = Duration::from_mins(10);

/// Table elements of one instance; a table of function pointers needs a few thousand.
const MAXIMUM_TABLE_ELEMENTS: usize = 100_000;

/// The bounds of one run of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of the instance, in bytes.
    pub memory_bytes: usize,
    /// Time until the guest must have begun its answer, or have returned where it answers by
    /// returning. Time that it waits counts.
    pub answer_time: Duration,
    /// Time from then until it must have ended. Time that it waits counts.
    pub stream_time: Duration,
    /// Processor time altogether.
    pub processor_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: DEFAULT_MEMORY_BYTES,
            answer_time: DEFAULT_ANSWER_TIME,
            stream_time: DEFAULT_STREAM_TIME,
            processor_time: DEFAULT_ANSWER_TIME,
        }
    }
}

impl Limits {
    /// The same bounds with another time to answer, and no less processor time than that.
    #[must_use]
    pub fn with_answer_time(self, answer_time: Duration) -> Self {
        Self {
            answer_time,
            processor_time: answer_time,
            ..self
        }
    }
}

/// Refuses an instance more memory than it may have, and remembers that it did: the guest will
/// trap on the refusal, and only this tells that trap from others.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    maximum_bytes: usize,
    refused: bool,
}

impl MemoryLimiter {
    pub(crate) fn new(maximum_bytes: usize) -> Self {
        Self {
            maximum_bytes,
            refused: false,
        }
    }

    /// The memory that the instance may have, in bytes.
    pub(crate) fn maximum_bytes(&self) -> usize {
        self.maximum_bytes
    }

    /// Whether the instance asked for more memory than it may have.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired <= self.maximum_bytes;
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= MAXIMUM_TABLE_ELEMENTS)
    }
}

/// Runs a guest's future and adds up the time that it spends being polled. A guest gives way at
/// every tick of the epoch, so the sum is checked every few milliseconds however it loops.
pub(crate) struct Metered<F> {
    guest: Pin<Box<F>>,
    spent: Duration,
    allowed: Duration,
}

impl<F> Metered<F> {
    pub(crate) fn new(guest: F, allowed: Duration) -> Self {
        Self {
            guest: Box::pin(guest),
            spent: Duration::ZERO,
            allowed,
        }
    }
}

impl<T, F: Future<Output = Result<T, GuestFault>>> Future for Metered<F> {
    type Output = Result<T, GuestFault>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let began = Instant::now();
        let poll = self.guest.as_mut().poll(context);
        self.spent += began.elapsed();
        if poll.is_pending() && self.spent > self.allowed {
            return Poll::Ready(Err(GuestFault::TimedOut(self.allowed)));
        }
        poll
    }
}
