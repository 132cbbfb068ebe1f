//! Calls that answer by returning: cron events and steps of jobs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tidemark_manifest::CronTrigger;
use tokio::time::timeout;
use wasmtime::Store;
use wasmtime::component::Instance;

use super::application::Application;
use super::bindings::cron::fermyon::spin_cron::cron_types::{Error as CronError, Metadata};
use super::bindings::job::exports::tidemark::live::job::{
    Description, StepError, StepReport, StepRequest,
};
use super::fault::GuestFault;
use super::limits::Metered;
use super::plugin::Plugin;
use super::state::GuestState;

const MICROSECONDS_PER_SECOND: i64 = 1_000_000;

/// Why a cron event was not handled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronFailure {
    /// The guest failed to run.
    #[error(transparent)]
    Fault(#[from] GuestFault),
    /// The guest said that it failed.
    #[error("{0}")]
    Reported(String),
}

impl Application {
    /// Tells the component of a cron trigger that its schedule fired at the instant `due`, in
    /// microseconds since 1970-01-01T00:00:00Z. It is stopped when it takes far longer than its
    /// steps may.
    ///
    /// # Errors
    /// The guest failed, or said that it did.
    pub async fn handle_cron_trigger(
        &self,
        trigger: &CronTrigger,
        due: i64,
    ) -> Result<(), CronFailure> {
        let plugin = self.plugin(&trigger.component).ok_or_else(|| {
            GuestFault::NoResponse(format!("there is no component {:?}", trigger.component))
        })?;
        let timestamp = u64::try_from(due / MICROSECONDS_PER_SECOND).unwrap_or(0);
        let next = trigger.schedule.next_after(due).unwrap_or(due);
        let until_next = u64::try_from(next.saturating_sub(due)).unwrap_or(0);
        let time = plugin.cron_time(Duration::from_micros(until_next));
        plugin.handle_cron_event(timestamp, time).await
    }
}

impl Plugin {
    /// Tells the component that a schedule fired.
    ///
    /// `timestamp` is in seconds since 1970-01-01T00:00:00Z, `time` what the guest may take.
    ///
    /// # Errors
    /// The guest failed, or said that it did.
    pub async fn handle_cron_event(
        self: &Arc<Self>,
        timestamp: u64,
        time: Duration,
    ) -> Result<(), CronFailure> {
        let export = self.cron_event()?;
        let outcome = self
            .call(time, async |store, instance| {
                let guest = export.load(&mut *store, &instance)?;
                guest
                    .call_handle_cron_event(&mut *store, Metadata { timestamp })
                    .await
            })
            .await?;
        outcome.map_err(|CronError::Other(reason)| CronFailure::Reported(reason))
    }

    /// Asks the component which jobs it offers.
    ///
    /// # Errors
    /// The guest failed.
    pub(super) async fn describe(self: &Arc<Self>) -> Result<Vec<Description>, GuestFault> {
        let export = self.job()?;
        self.call(self.limits().answer_time, async |store, instance| {
            let guest = export.load(&mut *store, &instance)?;
            guest.tidemark_live_job().call_describe(&mut *store).await
        })
        .await
    }

    /// Runs one step of one of its jobs.
    ///
    /// # Errors
    /// The guest failed; what it says of its own failure is inside.
    pub(super) async fn step(
        self: &Arc<Self>,
        request: &StepRequest,
        time: Duration,
    ) -> Result<Result<StepReport, StepError>, GuestFault> {
        let export = self.job()?;
        self.call(time, async |store, instance| {
            let guest = export.load(&mut *store, &instance)?;
            guest
                .tidemark_live_job()
                .call_step(&mut *store, request)
                .await
        })
        .await
    }

    /// Makes instances one after another and gives the mean time for one; for benchmarks.
    ///
    /// # Errors
    /// An instance could not be made.
    pub async fn measure_instantiation(
        self: &Arc<Self>,
        rounds: u32,
    ) -> Result<Duration, GuestFault> {
        let limits = self.limits();
        let began = Instant::now();
        for _ in 0..rounds {
            let mut store = self.store(&limits)?;
            let instance = self.instance.instantiate_async(&mut store).await;
            instance.map_err(|error| Self::fault(&store, &error))?;
        }
        Ok(began.elapsed() / rounds.max(1))
    }

    /// Calls a new instance, within `time`.
    async fn call<T>(
        self: &Arc<Self>,
        time: Duration,
        call: impl AsyncFnOnce(&mut Store<GuestState>, Instance) -> wasmtime::Result<T>,
    ) -> Result<T, GuestFault> {
        let limits = self.limits().with_answer_time(time);
        let running = async {
            let mut store = self.store(&limits)?;
            let outcome = async {
                let instance = self.instance.instantiate_async(&mut store).await?;
                call(&mut store, instance).await
            };
            outcome.await.map_err(|error| Self::fault(&store, &error))
        };
        timeout(time, Metered::new(running, limits.processor_time))
            .await
            .unwrap_or(Err(GuestFault::TimedOut(time)))
    }
}
