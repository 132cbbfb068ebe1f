//! Runs components when their schedules fire.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tidemark_manifest::CronTrigger;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::runtime::{Application, Clock, CronFailure};

const MICROSECONDS_PER_SECOND: i64 = 1_000_000;

/// How schedules are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CronOptions {
    /// Fires every schedule once at the start, to make up for firings that no process saw.
    pub at_start: bool,
    /// How long firings under way may go on after the end was asked for.
    pub drain_time: Duration,
}

impl Default for CronOptions {
    fn default() -> Self {
        Self {
            at_start: false,
            drain_time: Duration::from_secs(30),
        }
    }
}

/// What was left when the schedules ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CronEnd {
    /// No firing was under way any more.
    Drained,
    /// Some firings were stopped when the time to drain was up.
    Stopped,
}

/// What a firing does; the application runs the component.
pub trait Fire: Send + Sync + 'static {
    /// Runs the trigger for the instant it was due, in microseconds since 1970-01-01T00:00:00Z.
    fn fire<'call>(
        &'call self,
        trigger: &'call CronTrigger,
        due: i64,
    ) -> BoxFuture<'call, Result<(), CronFailure>>;
}

impl Fire for Application {
    fn fire<'call>(
        &'call self,
        trigger: &'call CronTrigger,
        due: i64,
    ) -> BoxFuture<'call, Result<(), CronFailure>> {
        Box::pin(self.handle_cron_trigger(trigger, due))
    }
}

/// Runs schedules until `shutdown`, then waits for the firings under way.
///
/// A trigger never overlaps itself. What comes due while it runs is made up for by one run right
/// afterwards. Triggers do not wait for each other.
pub async fn run_schedules<F: Fire>(
    fire: Arc<F>,
    triggers: Vec<CronTrigger>,
    clock: Arc<dyn Clock>,
    options: CronOptions,
    shutdown: CancellationToken,
) -> CronEnd {
    let mut running = JoinSet::new();
    for trigger in triggers {
        let schedule = Scheduled {
            fire: Arc::clone(&fire),
            trigger,
            clock: Arc::clone(&clock),
        };
        running.spawn(schedule.run(options.at_start, shutdown.clone()));
    }

    let overdue = async {
        shutdown.cancelled().await;
        sleep(options.drain_time).await;
    };
    let ended = async { while running.join_next().await.is_some() {} };
    tokio::select! {
        biased;
        () = ended => CronEnd::Drained,
        () = overdue => CronEnd::Stopped,
    }
}

struct Scheduled<F> {
    fire: Arc<F>,
    trigger: CronTrigger,
    clock: Arc<dyn Clock>,
}

impl<F: Fire> Scheduled<F> {
    async fn run(self, at_start: bool, shutdown: CancellationToken) {
        let now = self.clock.now();
        let mut due = if at_start {
            Some(now)
        } else {
            self.next_after(now)
        };
        while let Some(instant) = due {
            let waiting = self.clock.sleep_until(instant);
            if shutdown.run_until_cancelled(waiting).await.is_none() {
                return;
            }
            self.fire_once(instant).await;
            if shutdown.is_cancelled() {
                return;
            }
            due = self
                .missed_since(instant)
                .or_else(|| self.next_after(self.clock.now()));
        }
    }

    fn next_after(&self, instant: i64) -> Option<i64> {
        self.trigger.schedule.next_after(instant)
    }

    /// The last of the firings that came due since `instant`, if any did.
    fn missed_since(&self, instant: i64) -> Option<i64> {
        let now = self.clock.now();
        let mut missed =
            std::iter::successors(self.next_after(instant), |due| self.next_after(*due))
                .take_while(|due| *due <= now);
        let first = missed.next()?;
        // Far more than any run can miss; it bounds the work after the clock was set forward.
        let (count, last) = missed
            .take(10_000)
            .fold((1, first), |(count, _), due| (count + 1, due));
        let component = &*self.trigger.component;
        let trigger = &*self.trigger.id;
        tracing::warn!(
            component,
            trigger,
            count,
            "came due while it still ran; running once more"
        );
        Some(last)
    }

    async fn fire_once(&self, due: i64) {
        let component = &*self.trigger.component;
        let trigger = &*self.trigger.id;
        let began = Instant::now();
        let span = tracing::info_span!("schedule", component, trigger);
        let outcome = self.fire.fire(&self.trigger, due).instrument(span).await;
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let due = due / MICROSECONDS_PER_SECOND;
        match outcome {
            Ok(()) => tracing::info!(component, trigger, due, took_ms, "schedule done"),
            Err(failure) => {
                tracing::error!(
                    component,
                    trigger,
                    due,
                    took_ms,
                    "schedule failed: {failure}"
                );
            }
        }
    }
}
