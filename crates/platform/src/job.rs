//! The glue of a job component: the shared interface and the cron export call one function.

use std::time::Duration;

use tidemark_domain::{AgencyId, Instant, ModelId};
use tidemark_jobs::{Description, Outcome, StepError, StepReport, StepRequest};

use crate::world::exports::tidemark::live::job as wit;
use crate::world::tidemark::live::types;

/// What a job component implements; [`export_jobs!`](crate::export_jobs) does the rest.
pub trait JobComponent {
    /// The jobs it offers.
    const JOBS: &'static [Description];

    /// Those of them that a cron event runs, in this order.
    const CRON_JOBS: &'static [Description] = Self::JOBS;

    /// One step of one of its jobs.
    fn step(
        job: &Description,
        request: StepRequest,
    ) -> impl Future<Output = Result<StepReport, StepError>>;
}

/// Runs steps of each job, as a cron event asks: one, and further ones while there is more to do, as
/// after a large history was connected.
///
/// # Errors
/// The first failure, after all jobs had their steps.
pub fn on_cron_event<C: JobComponent>() -> Result<(), String> {
    let mut first_failure = None;
    for job in C::CRON_JOBS {
        if let Err(error) = run_steps::<C>(job) {
            eprintln!("{}: {error}", job.name);
            first_failure.get_or_insert(format!("{}: {error}", job.name));
        }
    }
    first_failure.map_or(Ok(()), Err)
}

/// Steps until nothing is left, nothing can be done now, or the next event is near.
fn run_steps<C: JobComponent>(job: &Description) -> Result<(), StepError> {
    let began = std::time::Instant::now();
    loop {
        let report = spin_sdk::http::run(C::step(job, StepRequest::default()))?;
        log(&report);
        let goes_on = report.outcome == Outcome::More && report.api_calls > 0;
        // The other jobs of the component want their share of the time, and the event its end.
        let share = job.interval / 2 / u32::try_from(C::CRON_JOBS.len()).unwrap_or(1);
        if !goes_on || began.elapsed() + report.took > share {
            return Ok(());
        }
    }
}

fn log(report: &StepReport) {
    let line = serde_json::to_string(report).expect("invariant: a report has only string keys");
    if matches!(report.outcome, Outcome::Failed | Outcome::Partial) {
        eprintln!("{line}");
    } else {
        println!("{line}");
    }
}

/// The shared interface's `describe`.
pub fn describe<C: JobComponent>() -> Vec<wit::Description> {
    C::JOBS
        .iter()
        .map(|job| wit::Description {
            name: job.name.to_owned(),
            summary: job.summary.to_owned(),
            interval_seconds: u32::try_from(job.interval.as_secs()).unwrap_or(u32::MAX),
        })
        .collect()
}

/// The shared interface's `step`.
///
/// # Errors
/// The typed errors of the interface.
pub fn step<C: JobComponent>(
    request: &wit::StepRequest,
) -> Result<wit::StepReport, wit::StepError> {
    let Some(job) = C::JOBS.iter().find(|job| job.name == request.job) else {
        return Err(types::StepError::BadRequest(format!(
            "there is no job {}",
            request.job
        )));
    };
    let request = read_request(request).map_err(types::StepError::BadRequest)?;
    match spin_sdk::http::run(C::step(job, request)) {
        Ok(report) => Ok(write_report(report)),
        Err(error) => Err(write_error(&error)),
    }
}

fn read_request(request: &wit::StepRequest) -> Result<StepRequest, String> {
    let agency: Option<AgencyId> = read_id(request.agency_id.as_deref())?;
    let model: Option<ModelId> = read_id(request.model_id.as_deref())?;
    if model.is_some() && agency.is_none() {
        return Err("a model needs its agency".to_owned());
    }
    let budget = request
        .budget_ms
        .map(|milliseconds| Duration::from_millis(milliseconds.into()));
    Ok(StepRequest {
        agency,
        model,
        full: request.full,
        budget,
    })
}

fn read_id<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, String> {
    text.map(|text| text.parse().map_err(|_| format!("{text:?} is not a UUID")))
        .transpose()
}

fn write_report(report: StepReport) -> wit::StepReport {
    types::StepReport {
        job: report.job.to_owned(),
        outcome: match report.outcome {
            Outcome::Done => types::Outcome::Done,
            Outcome::More => types::Outcome::More,
            Outcome::Busy => types::Outcome::Busy,
            Outcome::Partial => types::Outcome::Partial,
            Outcome::Failed => types::Outcome::Failed,
        },
        started_at: Instant::micros(report.started_at),
        took_ms: u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        agencies: report.agencies,
        models: report.models,
        api_calls: report.api_calls,
        rows: types::RowCounts {
            fetched: report.rows.fetched,
            inserted: report.rows.inserted,
            changed: report.rows.changed,
            unchanged: report.rows.unchanged,
            quarantined: report.rows.quarantined,
        },
        progress: types::Progress {
            completed: report.progress.completed,
            total: report.progress.total,
        },
        problems: report
            .problems
            .into_iter()
            .map(|problem| types::Problem {
                agency_id: problem.agency_id.map(|id| id.to_string()),
                model_id: problem.model_id.map(|id| id.to_string()),
                code: problem.code,
                message: problem.message,
            })
            .collect(),
    }
}

fn write_error(error: &StepError) -> wit::StepError {
    let message = error.to_string();
    match error {
        StepError::BadRequest(_) => types::StepError::BadRequest(message),
        StepError::NotFound(_) => types::StepError::NotFound(message),
        StepError::Configuration(_) => types::StepError::Configuration(message),
        StepError::Database(_) => types::StepError::Database(message),
    }
}

/// Exports a [`JobComponent`] as `tidemark:live/job` and as a cron handler.
#[macro_export]
macro_rules! export_jobs {
    ($component:ty) => {
        struct JobExports;

        impl $crate::world::Guest for JobExports {
            fn handle_cron_event(
                _metadata: $crate::world::Metadata,
            ) -> Result<(), $crate::world::Error> {
                $crate::job::on_cron_event::<$component>().map_err($crate::world::Error::Other)
            }
        }

        impl $crate::world::exports::tidemark::live::job::Guest for JobExports {
            fn describe() -> Vec<$crate::world::exports::tidemark::live::job::Description> {
                $crate::job::describe::<$component>()
            }

            fn step(
                request: $crate::world::exports::tidemark::live::job::StepRequest,
            ) -> Result<
                $crate::world::exports::tidemark::live::job::StepReport,
                $crate::world::exports::tidemark::live::job::StepError,
            > {
                $crate::job::step::<$component>(&request)
            }
        }

        $crate::world::export!(JobExports with_types_in $crate::world);
    };
}
