//! Jobs of the application: typed calls of the interface `tidemark:live/job`.

use std::time::Duration;

use tracing::Instrument;

pub use super::bindings::job::exports::tidemark::live::job::{
    Description as JobDescription, StepError, StepReport, StepRequest,
};
pub use super::bindings::job::tidemark::live::types::{Outcome, Problem, Progress, RowCounts};

use super::application::Application;
use super::fault::GuestFault;
use super::plugin::Plugin;

/// What a step may take beyond its own budget before it is stopped: the last page that it reads
/// and writes, and the waiting for a connection.
pub const STEP_GRACE: Duration = Duration::from_secs(40);

/// The budget of a step that names none, as long as the variable `step_budget_ms` is not set.
const DEFAULT_STEP_BUDGET_MS: u64 = 20_000;

/// Jobs of one component that one cron event runs, at most.
const CRON_STEPS: u32 = 2;

/// The variable with the budget of steps that name none.
const BUDGET_VARIABLE: &str = "step_budget_ms";

/// A job and the component that offers it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedJob {
    /// The component's name.
    pub component: String,
    /// What it says of the job.
    pub description: JobDescription,
}

/// Why a step gave no report.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StepFailure {
    /// No component offers such a job.
    #[error("there is no job {job:?}; the jobs are {known}")]
    UnknownJob {
        /// The name asked for.
        job: String,
        /// The names there are.
        known: String,
    },
    /// The component failed to run.
    #[error("the component {component} {fault}")]
    Fault {
        /// Its name.
        component: String,
        /// What happened.
        fault: GuestFault,
    },
    /// The component says why the step could not begin.
    #[error("the component {component} could not begin: {}", step_error_text(.error))]
    Refused {
        /// Its name.
        component: String,
        /// Its reason.
        error: StepError,
    },
}

fn step_error_text(error: &StepError) -> &str {
    match error {
        StepError::BadRequest(text)
        | StepError::NotFound(text)
        | StepError::Configuration(text)
        | StepError::Database(text) => text,
    }
}

impl Plugin {
    /// The budget of a step that names none.
    fn step_budget(&self) -> Duration {
        let configured = self.context.variables.get(BUDGET_VARIABLE);
        let configured = configured.and_then(|text| text.parse().ok());
        Duration::from_millis(configured.unwrap_or(DEFAULT_STEP_BUDGET_MS))
    }

    /// What a cron event may take: a step of each of the component's jobs, one after another. A
    /// component with jobs goes on with steps while there is more to do, for most of the time until
    /// the next event.
    pub(super) fn cron_time(&self, until_next: Duration) -> Duration {
        let steps = self.step_budget() * CRON_STEPS + STEP_GRACE;
        if self.job().is_err() {
            return steps;
        }
        steps.max(until_next)
    }
}

impl Application {
    /// The jobs that the components offer, by component name. Asked once and then remembered.
    ///
    /// # Errors
    /// A component failed to tell.
    pub async fn describe_jobs(&self) -> Result<&[OfferedJob], StepFailure> {
        let jobs = self.jobs.get_or_try_init(|| self.ask_for_jobs()).await?;
        Ok(jobs)
    }

    async fn ask_for_jobs(&self) -> Result<Vec<OfferedJob>, StepFailure> {
        let mut jobs = Vec::new();
        for plugin in self.plugins() {
            if plugin.job().is_err() {
                continue;
            }
            let component = plugin.name();
            let descriptions = plugin
                .describe()
                .await
                .map_err(|fault| StepFailure::Fault {
                    component: component.to_owned(),
                    fault,
                })?;
            jobs.extend(descriptions.into_iter().map(|description| OfferedJob {
                component: component.to_owned(),
                description,
            }));
        }
        Ok(jobs)
    }

    /// Runs one step of the job that the request names, in the component that offers it. It is
    /// stopped when it takes [`STEP_GRACE`] more than its budget.
    ///
    /// # Errors
    /// There is no such job, or its component failed or refused. A step that began and met
    /// trouble gives a report.
    pub async fn step(&self, request: &StepRequest) -> Result<StepReport, StepFailure> {
        let jobs = self.describe_jobs().await?;
        let offered = jobs.iter().find(|job| job.description.name == request.job);
        let plugin = offered.and_then(|job| self.plugin(&job.component));
        let Some(plugin) = plugin else {
            let known: Vec<&str> = jobs.iter().map(|job| &*job.description.name).collect();
            return Err(StepFailure::UnknownJob {
                job: request.job.clone(),
                known: known.join(", "),
            });
        };

        let component = || plugin.name().to_owned();
        let budget = request.budget_ms.map_or_else(
            || plugin.step_budget(),
            |milliseconds| Duration::from_millis(milliseconds.into()),
        );
        let agency = request.agency_id.as_deref().unwrap_or("all");
        let span =
            tracing::info_span!("step", component = plugin.name(), job = request.job, agency);
        match plugin
            .step(request, budget + STEP_GRACE)
            .instrument(span)
            .await
        {
            Ok(Ok(report)) => Ok(report),
            Ok(Err(error)) => Err(StepFailure::Refused {
                component: component(),
                error,
            }),
            Err(fault) => Err(StepFailure::Fault {
                component: component(),
                fault,
            }),
        }
    }
}
