//! When schedules fire, with a clock that the test moves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use tidemark::runtime::{Clock, CronFailure};
use tidemark::serve::{CronEnd, CronOptions, Fire, run_schedules};
use tidemark_manifest::{CronTrigger, Schedule};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// 2026-11-22T12:00:00Z, in microseconds.
const NOON: i64 = 1_795_348_800_000_000;
const SECOND: i64 = 1_000_000;

/// Follows the time of the runtime, which stands still until everything waits.
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> i64 {
        NOON + i64::try_from(self.0.elapsed().as_micros()).unwrap()
    }

    fn sleep_until(&self, instant: i64) -> BoxFuture<'_, ()> {
        let remaining = u64::try_from(instant - self.now()).unwrap_or(0);
        Box::pin(sleep(Duration::from_micros(remaining)))
    }
}

/// Takes its time to fire, and notes when it began and for which due second after noon.
struct Recorder {
    takes: Duration,
    began: Instant,
    fired: Mutex<Vec<(String, u64, i64)>>,
}

impl Recorder {
    fn fired(&self) -> Vec<(String, u64, i64)> {
        self.fired.lock().unwrap().clone()
    }

    /// The seconds after noon at which a component's firings began, and those they were due.
    fn times(&self, component: &str) -> Vec<(u64, i64)> {
        let fired = self.fired().into_iter();
        fired
            .filter(|(name, ..)| name == component)
            .map(|(_, began, due)| (began, due))
            .collect()
    }
}

impl Fire for Recorder {
    fn fire<'call>(
        &'call self,
        trigger: &'call CronTrigger,
        due: i64,
    ) -> BoxFuture<'call, Result<(), CronFailure>> {
        let firing = (
            trigger.component.clone(),
            self.began.elapsed().as_secs(),
            (due - NOON) / SECOND,
        );
        self.fired.lock().unwrap().push(firing);
        Box::pin(async {
            sleep(self.takes).await;
            Err(CronFailure::Reported("as always".to_owned()))
        })
    }
}

fn trigger(component: &str, expression: &str) -> CronTrigger {
    CronTrigger {
        id: format!("{component}-cron-trigger"),
        component: component.to_owned(),
        expression: expression.to_owned(),
        schedule: Schedule::parse(expression).unwrap(),
    }
}

/// Runs schedules for some seconds of their time.
async fn run(
    triggers: Vec<CronTrigger>,
    takes: u64,
    seconds: u64,
    options: CronOptions,
) -> (Arc<Recorder>, CronEnd) {
    let recorder = Arc::new(Recorder {
        takes: Duration::from_secs(takes),
        began: Instant::now(),
        fired: Mutex::default(),
    });
    let clock = Arc::new(PausedClock(recorder.began));
    let shutdown = CancellationToken::new();
    let running = run_schedules(
        Arc::clone(&recorder),
        triggers,
        clock,
        options,
        shutdown.clone(),
    );
    let stop = async {
        sleep(Duration::from_secs(seconds)).await;
        shutdown.cancel();
    };
    let (end, ()) = tokio::join!(running, stop);
    (recorder, end)
}

#[tokio::test(start_paused = true)]
async fn schedules_fire_when_due_even_after_a_failure() {
    let triggers = vec![
        trigger("a", "*/15 * * * * *"),
        trigger("b", "0 */1 * * * *"),
    ];
    let (recorder, end) = run(triggers, 1, 70, CronOptions::default()).await;
    assert_eq!(
        recorder.times("a"),
        [(15, 15), (30, 30), (45, 45), (60, 60)]
    );
    assert_eq!(recorder.times("b"), [(60, 60)]);
    assert_eq!(end, CronEnd::Drained);
}

#[tokio::test(start_paused = true)]
async fn a_schedule_never_overlaps_itself_and_makes_up_once() {
    let triggers = vec![trigger("slow", "*/10 * * * * *")];
    let (recorder, _) = run(triggers, 35, 100, CronOptions::default()).await;
    // Due at 20, 30 and 40 while it ran from 10 to 45: one run for all of them, at once.
    assert_eq!(recorder.times("slow"), [(10, 10), (45, 40), (80, 80)]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_schedule_does_not_hold_up_another() {
    let triggers = vec![
        trigger("a", "*/30 * * * * *"),
        trigger("b", "*/20 * * * * *"),
    ];
    let (recorder, _) = run(triggers, 19, 65, CronOptions::default()).await;
    assert_eq!(recorder.times("a"), [(30, 30), (60, 60)]);
    assert_eq!(recorder.times("b"), [(20, 20), (40, 40), (60, 60)]);
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_a_firing_under_way_but_not_for_ever() {
    let triggers = || vec![trigger("a", "*/10 * * * * *")];
    let (recorder, end) = run(triggers(), 20, 15, CronOptions::default()).await;
    assert_eq!(end, CronEnd::Drained);
    assert_eq!(recorder.began.elapsed().as_secs(), 30);
    assert_eq!(recorder.fired().len(), 1);

    let (recorder, end) = run(triggers(), 600, 15, CronOptions::default()).await;
    assert_eq!(end, CronEnd::Stopped);
    assert_eq!(recorder.began.elapsed().as_secs(), 15 + 30);
}

#[tokio::test(start_paused = true)]
async fn a_start_can_make_up_for_what_was_missed() {
    let options = CronOptions {
        at_start: true,
        ..CronOptions::default()
    };
    let (recorder, _) = run(vec![trigger("a", "*/10 * * * * *")], 1, 15, options).await;
    assert_eq!(recorder.times("a"), [(0, 0), (10, 10)]);
}

#[tokio::test(start_paused = true)]
async fn without_schedules_there_is_nothing_to_wait_for() {
    let (_, end) = run(Vec::new(), 1, 0, CronOptions::default()).await;
    assert_eq!(end, CronEnd::Drained);
}
