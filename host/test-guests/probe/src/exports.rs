//! The exports beside HTTP.

#![allow(clippy::pedantic, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    world: "job-component",
    generate_all,
});

use exports::tidemark::live::job::{Description, Guest as Job, StepError, StepReport, StepRequest};
use fermyon::spin_cron::cron_types::Error as CronError;
use tidemark::live::types::{Outcome, Problem, Progress, RowCounts};

struct Probe;

impl Guest for Probe {
    /// Fails at odd seconds.
    fn handle_cron_event(metadata: Metadata) -> Result<(), CronError> {
        if metadata.timestamp % 2 == 1 {
            return Err(CronError::Other(format!("odd: {}", metadata.timestamp)));
        }
        Ok(())
    }
}

impl Job for Probe {
    fn describe() -> Vec<Description> {
        ["probe-report", "probe-refuse", "probe-trap"]
            .map(|name| Description {
                name: name.to_owned(),
                summary: "For tests.".to_owned(),
                interval_seconds: 60,
            })
            .to_vec()
    }

    fn step(request: StepRequest) -> Result<StepReport, StepError> {
        match &*request.job {
            "probe-refuse" => Err(StepError::Configuration("token_key is missing".to_owned())),
            "probe-trap" => panic!("asked to"),
            _ => Ok(report(request)),
        }
    }
}

/// A report with the request in it.
fn report(request: StepRequest) -> StepReport {
    StepReport {
        job: request.job,
        outcome: Outcome::Partial,
        started_at: 1_795_384_800_000_000,
        took_ms: request.budget_ms.unwrap_or_default().into(),
        agencies: 1,
        models: 2,
        api_calls: 3,
        rows: RowCounts {
            fetched: 15,
            inserted: 1,
            changed: 2,
            unchanged: 4,
            quarantined: 8,
        },
        progress: Progress {
            completed: u32::from(request.full),
            total: 2,
        },
        problems: vec![Problem {
            agency_id: request.agency_id,
            model_id: request.model_id,
            code: "fanvue_unauthorized".to_owned(),
            message: "the token was refused".to_owned(),
        }],
    }
}

export!(Probe);
