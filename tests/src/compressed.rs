//! A day in seconds: a clock that stands while anything is done, and jumps when all schedules sleep.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use tidemark::runtime::Clock;
use tidemark_simulator::{ManualClock, Micros};
use tokio::sync::Notify;

/// The clock of a host and of its simulator. It goes on once it knows how many schedules there are.
#[derive(Debug, Default)]
pub struct CompressedClock {
    time: ManualClock,
    schedules: AtomicUsize,
    sleepers: AtomicU64,
    /// who sleeps, and until when
    asleep: Mutex<Vec<(u64, i64)>>,
    moved: Notify,
}

impl CompressedClock {
    /// A clock standing at `now`.
    pub fn new(now: Micros) -> Arc<Self> {
        Arc::new(Self {
            time: ManualClock::new(now),
            ..Self::default()
        })
    }

    /// The same clock for the simulator.
    pub fn of_simulator(&self) -> ManualClock {
        self.time.clone()
    }

    /// From now on the clock jumps whenever so many schedules sleep.
    pub fn run(&self, schedules: usize) {
        self.schedules.store(schedules, Ordering::SeqCst);
        self.jump();
    }

    /// Goes to the first instant that anybody waits for, if nobody is at work.
    fn jump(&self) {
        let asleep = self.lock();
        let first = asleep.iter().map(|(_, until)| *until).min();
        if asleep.len() == self.schedules.load(Ordering::SeqCst)
            && let Some(first) = first.filter(|first| *first > self.now())
        {
            self.time.set(Micros(first));
            self.moved.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(u64, i64)>> {
        self.asleep.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who sleeps; no more when this is dropped.
struct Sleeper<'clock> {
    clock: &'clock CompressedClock,
    id: u64,
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.lock().retain(|(id, _)| *id != self.id);
    }
}

impl Clock for CompressedClock {
    fn now(&self) -> i64 {
        self.time.now().0
    }

    fn sleep_until(&self, instant: i64) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let id = self.sleepers.fetch_add(1, Ordering::SeqCst);
            let _sleeper = Sleeper { clock: self, id };
            self.lock().push((id, instant));
            loop {
                let mut moved = std::pin::pin!(self.moved.notified());
                moved.as_mut().enable();
                self.jump();
                if self.now() >= instant {
                    return;
                }
                moved.await;
            }
        })
    }
}
