//! Jobs that an answer asks for: a component that has stored work for another one says so in a header
//! of its answer, and the host runs that job at once.
//!
//! Why a header: the component knows when its work is committed, so nothing has to watch the database
//! (which the embedded one could not bear, it has one connection), and under Spin the header is
//! without effect. An errand is only a shortcut: a lost one is made up for by the next schedule.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::runtime::Application;
use crate::runtime::jobs::{Outcome, StepFailure, StepRequest};

/// `tidemark-run: <job>` or `<job>; agency=<uuid>`. It never leaves the host.
pub const RUN_HEADER: HeaderName = HeaderName::from_static("tidemark-run");

/// How long after a step the next one begins, while there is more to do.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// The same, when step after step found nothing that it could do.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Steps in vain until the pauses grow.
const SOON_AGAIN: u32 = 8;

/// Errands that may wait: far more than there are jobs and agencies that connect at the same time.
const MOST_WAITING: usize = 1_000;

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Errand {
    job: String,
    agency: Option<String>,
}

impl Errand {
    fn parse(text: &str) -> Self {
        let (job, agency) = match text.split_once("; agency=") {
            Some((job, agency)) => (job, Some(agency.to_owned())),
            None => (text, None),
        };
        Self {
            job: job.to_owned(),
            agency,
        }
    }

    fn request(&self) -> StepRequest {
        StepRequest {
            job: self.job.clone(),
            agency_id: self.agency.clone(),
            model_id: None,
            full: false,
            budget_ms: None,
        }
    }
}

/// Errands that wait, and those under way.
#[derive(Default)]
pub struct Errands {
    /// whether one under way was asked for again meanwhile
    open: Mutex<BTreeMap<Errand, State>>,
    changed: Notify,
    asked: Notify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    UnderWay,
    AskedAgain,
}

impl Errands {
    /// Takes the header out of an answer and remembers what it asks for.
    pub(super) fn note(&self, headers: &mut HeaderMap) {
        if let Some(value) = headers.remove(RUN_HEADER)
            && let Ok(text) = value.to_str()
        {
            self.ask(Errand::parse(text));
        }
    }

    /// Asks for a job of all agencies.
    pub fn run(&self, job: &str) {
        self.ask(Errand::parse(job));
    }

    fn ask(&self, errand: Errand) {
        let mut open = self.lock();
        if open.len() >= MOST_WAITING && !open.contains_key(&errand) {
            tracing::warn!(job = errand.job, "too many errands; left to the schedule");
            return;
        }
        let state = open.entry(errand).or_insert(State::Waiting);
        if *state == State::UnderWay {
            *state = State::AskedAgain;
        }
        self.changed.notify_one();
        self.asked.notify_waiters();
    }

    /// Waits; no longer than [`SHORTEST_PAUSE`] once the errand is asked for again, which it tells.
    async fn rest(&self, errand: &Errand, pause: Duration) -> bool {
        sleep(SHORTEST_PAUSE).await;
        tokio::select! {
            biased;
            () = self.asked_again(errand) => true,
            () = sleep(pause.saturating_sub(SHORTEST_PAUSE)) => false,
        }
    }

    /// Returns when an errand under way is asked for again; the step after that is for it.
    async fn asked_again(&self, errand: &Errand) {
        loop {
            let mut asked = std::pin::pin!(self.asked.notified());
            asked.as_mut().enable();
            if let Some(state) = self.lock().get_mut(errand)
                && *state == State::AskedAgain
            {
                *state = State::UnderWay;
                return;
            }
            asked.await;
        }
    }

    fn take_waiting(&self) -> Vec<Errand> {
        let mut open = self.lock();
        let waiting = open
            .iter_mut()
            .filter(|(_, state)| **state == State::Waiting);
        waiting
            .map(|(errand, state)| {
                *state = State::UnderWay;
                errand.clone()
            })
            .collect()
    }

    /// Ends an errand, unless it was asked for again.
    fn end(&self, errand: &Errand) -> bool {
        let mut open = self.lock();
        if open.get(errand) == Some(&State::AskedAgain) {
            open.insert(errand.clone(), State::UnderWay);
            return false;
        }
        open.remove(errand);
        true
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Errand, State>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs errands as they are asked for, each by itself and never twice at the same time, until
/// `shutdown`; then lets the steps under way end.
pub async fn run_errands(
    application: Arc<Application>,
    errands: Arc<Errands>,
    shutdown: CancellationToken,
) {
    let mut running = JoinSet::new();
    loop {
        for errand in errands.take_waiting() {
            let (application, errands) = (Arc::clone(&application), Arc::clone(&errands));
            let shutdown = shutdown.clone();
            running.spawn(async move {
                loop {
                    run_to_end(&application, &errands, &errand, &shutdown).await;
                    if errands.end(&errand) || shutdown.is_cancelled() {
                        return;
                    }
                }
            });
        }
        let changed = shutdown.run_until_cancelled(errands.changed.notified());
        if changed.await.is_none() {
            break;
        }
        while running.try_join_next().is_some() {}
    }
    while running.join_next().await.is_some() {}
}

/// Steps until nothing is left to do, or the component fails.
async fn run_to_end(
    application: &Application,
    errands: &Errands,
    errand: &Errand,
    shutdown: &CancellationToken,
) {
    let request = errand.request();
    let job = &*errand.job;
    let mut idle_steps = 0;
    loop {
        let report = match application.step(&request).await {
            Ok(report) => report,
            Err(StepFailure::UnknownJob { .. }) => {
                tracing::debug!(job, "no component offers the job of an errand");
                return;
            }
            Err(error) => {
                tracing::warn!(job, %error, "an errand failed; left to the schedule");
                return;
            }
        };
        if !matches!(report.outcome, Outcome::More | Outcome::Busy) {
            return;
        }
        idle_steps = if report.api_calls > 0 {
            0
        } else {
            idle_steps + 1
        };
        let rest = async {
            if errands.rest(errand, pause_after(idle_steps)).await {
                idle_steps = 0;
            }
        };
        if shutdown.run_until_cancelled(rest).await.is_none() {
            return;
        }
    }
}

/// Longer and longer after steps that found nothing they could do, as while Fanvue asks for a pause.
fn pause_after(idle_steps: u32) -> Duration {
    let doublings = idle_steps.saturating_sub(SOON_AGAIN).min(16);
    (SHORTEST_PAUSE * (1 << doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errand(text: &str) -> Errand {
        Errand::parse(text)
    }

    #[test]
    fn a_header_is_taken_out_of_the_answer_and_names_a_job() {
        let errands = Errands::default();
        let mut headers = HeaderMap::new();
        headers.insert(RUN_HEADER, "sync; agency=7".parse().unwrap());
        errands.note(&mut headers);
        assert!(headers.is_empty());
        let waiting = errands.take_waiting();
        assert_eq!(waiting[0].job, "sync");
        assert_eq!(waiting[0].agency.as_deref(), Some("7"));
    }

    #[test]
    fn what_is_asked_for_many_times_is_run_once_and_once_more_for_what_came_meanwhile() {
        let errands = Errands::default();
        for _ in 0..10 {
            errands.ask(errand("sync"));
        }
        assert_eq!(errands.take_waiting(), [errand("sync")]);
        for _ in 0..10 {
            errands.ask(errand("sync"));
        }
        assert_eq!(errands.take_waiting(), []);
        assert!(!errands.end(&errand("sync")), "it was asked for again");
        assert!(errands.end(&errand("sync")));
        errands.ask(errand("sync"));
        assert_eq!(errands.take_waiting(), [errand("sync")]);
    }

    #[test]
    fn steps_in_vain_come_less_and_less_often() {
        assert_eq!(pause_after(0), SHORTEST_PAUSE);
        assert_eq!(pause_after(SOON_AGAIN), SHORTEST_PAUSE);
        assert_eq!(pause_after(SOON_AGAIN + 1), SHORTEST_PAUSE * 2);
        assert_eq!(pause_after(1_000), LONGEST_PAUSE);
    }

    #[tokio::test]
    async fn a_long_pause_ends_when_the_errand_is_asked_for_again() {
        let errands = Errands::default();
        errands.ask(errand("sync"));
        errands.take_waiting();
        let sync = errand("sync");
        let asking = async { errands.ask(errand("sync")) };
        let resting = errands.rest(&sync, Duration::from_mins(10));
        let (woken, ()) = tokio::join!(resting, asking);
        assert!(woken);
        assert!(errands.end(&sync), "the next step was for it");
    }

    #[test]
    fn errands_without_bound_are_not_remembered() {
        let errands = Errands::default();
        for number in 0..2_000 {
            errands.ask(errand(&number.to_string()));
        }
        assert_eq!(errands.take_waiting().len(), MOST_WAITING);
    }
}
