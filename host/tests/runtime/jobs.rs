//! Jobs and cron events, called as typed functions.

use tidemark::runtime::jobs::{Outcome, RowCounts, StepError, StepFailure, StepRequest};
use tidemark::runtime::{CronFailure, GuestFault};

use crate::support::host::Setup;

fn request(job: &str) -> StepRequest {
    StepRequest {
        job: job.to_owned(),
        agency_id: Some("an agency".to_owned()),
        model_id: None,
        full: true,
        budget_ms: Some(1234),
    }
}

#[tokio::test]
async fn components_tell_which_jobs_they_offer() {
    let application = Setup::probe("").load().await.unwrap();
    let jobs = application.describe_jobs().await.unwrap();
    let names: Vec<&str> = jobs.iter().map(|job| &*job.description.name).collect();
    assert_eq!(names, ["probe-report", "probe-refuse", "probe-trap"]);
    assert!(jobs.iter().all(|job| job.component == "probe"));
    assert_eq!(jobs[0].description.interval_seconds, 60);
}

#[tokio::test]
async fn a_step_takes_a_request_and_gives_a_report() {
    let application = Setup::probe("").load().await.unwrap();
    let report = application.step(&request("probe-report")).await.unwrap();
    assert_eq!(report.job, "probe-report");
    assert_eq!(report.outcome, Outcome::Partial);
    assert_eq!(report.started_at, 1_795_384_800_000_000);
    assert_eq!(report.took_ms, 1234);
    assert_eq!(report.progress.completed, 1);
    let rows = RowCounts {
        fetched: 15,
        inserted: 1,
        changed: 2,
        unchanged: 4,
        quarantined: 8,
    };
    assert_eq!(report.rows, rows);
    assert_eq!(report.problems[0].agency_id.as_deref(), Some("an agency"));
    assert_eq!(report.problems[0].model_id, None);
}

#[tokio::test]
async fn a_step_that_gives_no_report_says_why() {
    let application = Setup::probe("").load().await.unwrap();
    let refused = application
        .step(&request("probe-refuse"))
        .await
        .unwrap_err();
    assert!(matches!(
        &refused,
        StepFailure::Refused {
            error: StepError::Configuration(_),
            ..
        }
    ));
    let sentence = refused.to_string();
    assert_eq!(
        sentence,
        "the component probe could not begin: token_key is missing"
    );

    let trapped = application.step(&request("probe-trap")).await.unwrap_err();
    assert!(matches!(
        trapped,
        StepFailure::Fault {
            fault: GuestFault::Trapped(_),
            ..
        }
    ));

    let unknown = application.step(&request("nothing")).await.unwrap_err();
    let sentence = unknown.to_string();
    assert!(
        sentence.contains("probe-report, probe-refuse, probe-trap"),
        "{sentence}"
    );
}

#[tokio::test]
async fn cron_events_reach_the_component_and_so_does_its_failure() {
    let cron = "[[trigger.cron]]\ncron_expression = \"0 * * * * *\"\ncomponent = \"probe\"";
    let application = Setup::probe("").with_lines(cron).load().await.unwrap();
    let trigger = &application.schedules()[0];
    let even = application.handle_cron_trigger(trigger, 8_000_000).await;
    assert_eq!(even, Ok(()));
    let odd = application.handle_cron_trigger(trigger, 7_900_000).await;
    assert_eq!(odd, Err(CronFailure::Reported("odd: 7".to_owned())));
}
