//! 7.5, second part: processes that die, come late or come together.

use std::time::Duration;

use tidemark_jobs::{Outcome, StepRequest};
use tidemark_simulation::lab::Moment;
use tidemark_simulator::FaultKind;

use crate::support::{SLOW, STORE, awkward, database, earnings_fault, models, script, sell};

#[tokio::test]
async fn cf07_a_process_that_dies_at_any_operation_costs_nothing_but_time() {
    let database = database().await;
    for moment in [Moment::Before, Moment::After] {
        let mut died = 0;
        for operation in 1.. {
            let lab = models(1)
                .transactions(60)
                .fanvue(awkward)
                .latency(SLOW)
                .on(&database.sql)
                .await;
            if lab.step_dying_at(operation, moment).await.is_some() {
                break;
            }
            died += 1;
            sell(&lab, 4_242);
            lab.pass(SLOW);
            // The dead one's run is ended first; what came after its beginning is the next one's.
            lab.settle().await;
            lab.sync().await;
            lab.assert_ledger_is_true().await;
        }
        assert!(died > 30, "{died} operations");
    }
}

#[tokio::test]
async fn cf07_a_read_that_fails_at_any_page_goes_on_there() {
    let database = database().await;
    let world = || {
        models(1)
            .transactions(400)
            .fanvue(awkward)
            .latency(SLOW)
            .on(&database.sql)
    };
    let undisturbed = world().await;
    undisturbed.sync().await;
    let pages = undisturbed.requests("earnings").len();
    let keys = undisturbed.ledger(undisturbed.model()).await;
    for page in 1..=pages {
        let lab = world().await;
        let page = u32::try_from(page).unwrap();
        script(&lab, earnings_fault(FaultKind::Forbidden).at_request(page));
        lab.settle().await;
        assert_eq!(lab.ledger(lab.model()).await, keys, "page {page}");
        let asked = lab.requests("earnings").len();
        assert!(
            asked <= pages + 3,
            "page {page}: {asked} requests for {pages}"
        );
    }
}

#[tokio::test]
async fn cf19_of_two_steps_at_once_one_works_and_the_other_says_busy() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    lab.troubles.hold_statement(STORE);
    let second = async {
        lab.troubles.is_holding().await;
        let report = lab.step().await;
        lab.troubles.release();
        report
    };
    let (first, second) = futures::join!(lab.step(), second);
    assert_eq!(first.outcome, Outcome::Done);
    assert_eq!((second.outcome, second.api_calls), (Outcome::Busy, 0));
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d118_a_step_that_lost_its_lease_writes_nothing_any_more() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    let sale = sell(&lab, 650);
    lab.pass(SLOW);
    lab.troubles.hold_statement(STORE);
    let successor = async {
        lab.troubles.is_holding().await;
        // The first step's process sleeps for so long that its lease runs out.
        lab.pass(Duration::from_mins(5));
        // What it has read is no longer true when it wakes up.
        let model = lab.model();
        lab.fanvue(|world, _| world.vanish_row(model, sale.sequence))
            .unwrap();
        lab.sync().await;
        let hash = lab.ledger_hash().await;
        lab.troubles.release();
        hash
    };
    let (late, after_successor) = futures::join!(lab.step(), successor);
    assert_eq!(late.outcome, Outcome::Busy, "{late:?}");
    assert_eq!((late.rows.inserted, late.rows.changed), (0, 0));
    assert_eq!(lab.ledger_hash().await, after_successor);
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d118_any_number_of_callers_at_once_end_with_each_row_once() {
    let database = database().await;
    let lab = models(3)
        .transactions(900)
        .fanvue(awkward)
        .on(&database.sql)
        .await;
    let budget = Some(Duration::from_secs(1));
    let request = StepRequest {
        budget,
        ..StepRequest::default()
    };
    for _ in 0..6 {
        let steps = (0..5).map(|_| lab.step_as(request));
        for report in futures::future::join_all(steps).await {
            report.unwrap();
        }
    }
    lab.settle().await;
    lab.assert_ledger_is_true().await;
}
