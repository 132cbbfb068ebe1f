//! What it costs.

use std::collections::BTreeMap;
use std::time::Duration;

use tidemark_jobs::Outcome;
use tidemark_simulator::{FaultKind, FaultTarget, LoggedRequest};

use crate::support::{Agency, HOUR, RUN, database, models};

/// The most requests in any five minutes, of all models and of one.
fn busiest(requests: &[LoggedRequest]) -> (usize, usize) {
    let window = i64::try_from(RUN.as_micros()).unwrap();
    let (mut most, mut most_of_one) = (0, 0);
    for (place, first) in requests.iter().enumerate() {
        let inside = requests[place..].iter();
        let inside = inside.take_while(|request| request.at.0 < first.at.0 + window);
        let mut of_models: BTreeMap<&str, usize> = BTreeMap::new();
        let mut count = 0;
        for request in inside {
            count += 1;
            let model = request.path.trim_start_matches("/v1").split('/').nth(2);
            *of_models.entry(model.unwrap_or_default()).or_default() += 1;
        }
        most = most.max(count);
        most_of_one = most_of_one.max(of_models.into_values().max().unwrap_or(0));
    }
    (most, most_of_one)
}

#[tokio::test]
async fn d122_three_models_cost_at_most_15_calls_in_five_minutes_whoever_calls() {
    let database = database().await;
    let world = models(3).transactions(3_000);
    let agency = Agency::of(world, &database, false).await;
    for run in 0..36 {
        agency.scheduled().await;
        if run % 5 == 0 {
            // Another host's schedule, and an impatient person.
            agency.scheduled().await;
            for _ in 0..4 {
                agency.lab.pass(Duration::from_secs(7));
                agency.asked().await;
            }
        }
        agency.lab.pass(RUN);
    }
    let (most, most_of_one) = busiest(&agency.requests());
    assert!(
        most <= 15 && most_of_one <= 5,
        "{most} in all, {most_of_one} of one"
    );
    assert_eq!(
        agency.lab.requests("/chats/lists/smart/").len(),
        0,
        "no list is walked through"
    );
    assert_eq!(agency.lab.requests("/followers").len(), 0);
}

#[tokio::test]
async fn d123_a_hundred_models_cost_at_most_500_calls_in_five_minutes_and_empty_no_bucket() {
    let database = database().await;
    let world = models(100)
        .transactions(6_000)
        .fanvue(|config| config.with_rate_limit(100));
    let agency = Agency::of(world, &database, false).await;
    let mut quiet = 0;
    for run in 0..36 {
        let calls_before = agency.lab.fanvue(|world, _| world.request_log().total());
        let report = agency.scheduled().await;
        assert_eq!(report.outcome, Outcome::Done, "{report:?}");
        let calls_after = agency.lab.fanvue(|world, _| world.request_log().total());
        if run >= 24 {
            quiet = quiet.max(calls_after - calls_before);
        }
        agency.lab.pass(RUN);
    }
    let requests = agency.requests();
    let (most, most_of_one) = busiest(&requests);
    assert!(
        most <= 500 && most_of_one <= 5,
        "{most} in all, {most_of_one} of one"
    );
    assert!(requests.iter().all(|request| request.status != 429));
    assert!(
        quiet <= 150,
        "hourly readings are not spread: {quiet} in one run"
    );
    let lowest = "select min(remaining) from rate_buckets where agency_id = $1";
    assert!(agency.lab.value::<i64>(lowest).await >= 90);
}

#[tokio::test]
async fn a_quiet_run_costs_one_call_and_three_at_most() {
    for own_account in [false, true] {
        let database = database().await;
        let mut world = models(1).transactions(1_000);
        if own_account {
            world = world.own_account();
        }
        let agency = Agency::of(world, &database, own_account).await;
        agency.settle().await;
        let mut costs = Vec::new();
        for _ in 0..24 {
            agency.lab.pass(RUN);
            costs.push(agency.scheduled().await.api_calls);
        }
        let live = 1 + u32::from(own_account);
        assert_eq!(costs.iter().min(), Some(&live));
        assert!(costs.iter().all(|calls| *calls <= 3), "{costs:?}");
        assert!(
            costs.iter().filter(|calls| **calls == live).count() >= 19,
            "{costs:?}"
        );
    }
}

#[tokio::test]
async fn repeats_after_faults_count_too() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(1_000).own_account(), &database, true).await;
    for target in [
        FaultTarget::SmartLists,
        FaultTarget::SubscriberDays,
        FaultTarget::Posts,
    ] {
        agency.fail(FaultKind::ServerError, target, 40);
    }
    for _ in 0..24 {
        let report = agency.scheduled().await;
        assert!(report.api_calls <= 5, "{report:?}");
        agency.lab.pass(RUN);
    }
    let requests = agency.requests();
    assert!(requests.iter().any(|request| request.status == 500));
    // One's own account has no model in its paths: all are of one.
    assert!(busiest(&requests).0 <= 5);
}

#[tokio::test]
async fn an_empty_bucket_is_a_pause_and_no_failure() {
    let database = database().await;
    let world = models(1)
        .transactions(500)
        .fanvue(|config| config.with_rate_limit(100));
    let agency = Agency::of(world, &database, false).await;
    agency.fail(FaultKind::RateLimited, FaultTarget::SmartLists, 1);
    let report = agency.scheduled().await;
    assert!(report.problems.is_empty(), "{report:?}");
    agency.lab.pass(HOUR);
    assert_eq!(agency.scheduled().await.outcome, Outcome::Done);
}
