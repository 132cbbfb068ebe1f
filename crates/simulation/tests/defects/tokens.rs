//! 7.5, third part: tokens.

use std::time::Duration;

use tidemark_jobs::Outcome;
use tidemark_simulation::lab::Moment;
use tidemark_simulator::{FaultKind, FaultTarget, LoggedRequest, ScriptedFault};

use crate::support::{RealLab, SLOW, database, days, earnings_fault, models, script, sell};

const VERSION: &str = "select token_version from connections where agency_id = $1";
const STATE: &str = "select state from connections where agency_id = $1";

/// Most of an access token's hour.
const RENEWAL_DUE: Duration = Duration::from_mins(40);

fn refreshes(lab: &RealLab<'_>) -> Vec<LoggedRequest> {
    lab.requests("/oauth2/token")
}

fn token_fault(kind: FaultKind) -> ScriptedFault {
    ScriptedFault::new(kind).on(FaultTarget::Token)
}

#[tokio::test]
async fn d124_refreshes_at_the_same_time_are_one_and_d127_claimed_in_one_statement() {
    let database = database().await;
    for due in [RENEWAL_DUE, days(1)] {
        let lab = models(4).transactions(80).on(&database.sql).await;
        lab.sync().await;
        lab.pass(due);
        let steps = (0..6).map(|_| lab.step());
        futures::future::join_all(steps).await;
        lab.settle().await;
        assert_eq!(refreshes(&lab).len(), 1, "{due:?}");
        assert_eq!(lab.value::<i64>(VERSION).await, 2);
        assert_eq!(lab.value::<String>(STATE).await, "active");
        lab.assert_ledger_is_true().await;
    }
}

#[tokio::test]
async fn d124_a_refusal_of_a_spent_token_is_no_loss_of_the_grant() {
    let database = database().await;
    let lab = models(1).transactions(40).on(&database.sql).await;
    lab.sync().await;
    lab.pass(RENEWAL_DUE);
    // While the first step waits to mark the grant, another account holder's grant is stored.
    lab.fanvue(|world, _| world.revoke_tokens());
    lab.troubles
        .hold_statement("set state              = 'reconnect'");
    let meanwhile = async {
        lab.troubles.is_holding().await;
        lab.reconnect().await;
        lab.troubles.release();
    };
    let (report, ()) = futures::join!(lab.step(), meanwhile);
    assert_eq!(lab.value::<String>(STATE).await, "active", "{report:?}");
    lab.settle().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d125_a_token_is_renewed_after_most_of_its_lifetime_and_not_before() {
    let database = database().await;
    let lab = models(1).transactions(40).on(&database.sql).await;
    lab.sync().await;
    for _ in 0..2 {
        lab.pass(Duration::from_mins(15));
        lab.sync().await;
    }
    assert_eq!(refreshes(&lab), []);
    lab.pass(Duration::from_mins(15));
    lab.sync().await;
    assert_eq!(refreshes(&lab).len(), 1);
}

#[tokio::test]
async fn d126_an_expired_token_is_renewed_and_d129_no_other_job_is_needed_for_it() {
    let database = database().await;
    for own_account in [false, true] {
        let world = models(1).transactions(40);
        let world = if own_account {
            world.own_account()
        } else {
            world
        };
        let lab = world.on(&database.sql).await;
        lab.sync().await;
        lab.pass(days(9));
        sell(&lab, 700);
        lab.pass(SLOW);
        lab.sync().await;
        lab.assert_ledger_is_true().await;
        assert_eq!(lab.value::<String>(STATE).await, "active");
    }
}

#[tokio::test]
async fn d127_a_claim_whose_process_died_is_taken_over() {
    let database = database().await;
    let mut claimed = 0;
    for operation in 1..12 {
        let lab = models(1).transactions(20).on(&database.sql).await;
        lab.sync().await;
        lab.pass(days(1));
        lab.step_dying_at(operation, Moment::After).await;
        let claim = "select count(refresh_claimed_at) from connections where agency_id = $1";
        claimed += lab.value::<i64>(claim).await;
        // The answer of a refresh that died is only within reach for a moment.
        lab.pass(Duration::from_secs(16));
        let report = lab.step().await;
        assert_ne!(report.outcome, Outcome::Failed, "{operation}: {report:?}");
        assert_eq!(lab.value::<String>(STATE).await, "active", "{operation}");
        lab.settle().await;
        lab.assert_ledger_is_true().await;
    }
    assert!(claimed >= 2, "{claimed}");
}

#[tokio::test]
async fn d128_no_request_carries_a_token_that_has_run_out() {
    let database = database().await;
    let lab = models(2).transactions(100).on(&database.sql).await;
    for _ in 0..30 {
        lab.sync().await;
        lab.pass(Duration::from_mins(55));
    }
    assert!(refreshes(&lab).len() > 20);
    let refused = lab.fanvue(|world, _| world.request_log().status(401));
    assert_eq!(refused, 0);
}

#[tokio::test]
async fn cf14_a_token_that_expires_in_the_middle_is_renewed_once_and_the_read_goes_on() {
    let database = database().await;
    for request in 1..=6 {
        let lab = models(1).transactions(300).on(&database.sql).await;
        let fault = ScriptedFault::new(FaultKind::TokenExpired).at_request(request);
        script(&lab, fault);
        let report = lab.step().await;
        assert_ne!(report.outcome, Outcome::Failed, "{request}: {report:?}");
        lab.sync().await;
        assert_eq!(refreshes(&lab).len(), 1, "{request}");
        lab.assert_ledger_is_true().await;
    }
}

#[tokio::test]
async fn cf14_a_refresh_whose_answer_is_lost_is_repeated_within_the_grace() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    lab.sync().await;
    lab.pass(days(1));
    script(&lab, token_fault(FaultKind::LostRefreshAnswer));
    lab.sync().await;
    assert_eq!(refreshes(&lab).len(), 2);
    assert_eq!(lab.value::<i64>(VERSION).await, 2);
    assert_eq!(lab.value::<String>(STATE).await, "active");
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn cf14_a_refresh_whose_answer_is_lost_twice_asks_for_a_person_and_is_left_alone() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    lab.sync().await;
    lab.pass(days(1));
    script(&lab, token_fault(FaultKind::LostRefreshAnswer).times(2));
    assert_eq!(lab.step().await.problems[0].code, "reconnect");
    assert_eq!(
        refreshes(&lab).len(),
        2,
        "one try, and one within the grace"
    );
    assert_eq!(lab.value::<String>(STATE).await, "reconnect");
    lab.pass(Duration::from_hours(1));
    lab.step().await;
    assert_eq!(refreshes(&lab).len(), 2);
    lab.reconnect().await;
    lab.sync().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn cf14_a_refresh_that_failed_is_left_alone_for_two_minutes() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    lab.sync().await;
    lab.pass(days(1));
    script(&lab, token_fault(FaultKind::BadGateway));
    let failed = lab.step().await;
    assert!(
        failed
            .problems
            .iter()
            .all(|problem| problem.code == "refresh_failed"),
        "{failed:?}"
    );
    for _ in 0..5 {
        lab.pass(Duration::from_secs(23));
        assert_eq!(lab.step().await.outcome, Outcome::Failed);
    }
    assert_eq!(refreshes(&lab).len(), 1);
    assert_eq!(lab.value::<String>(STATE).await, "active");
    lab.pass(Duration::from_secs(36));
    lab.sync().await;
    assert_eq!(refreshes(&lab).len(), 2);
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn cf14_an_oauth_host_that_is_down_costs_nothing_while_the_token_lasts() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    lab.sync().await;
    lab.pass(RENEWAL_DUE);
    script(&lab, token_fault(FaultKind::BadGateway).times(50));
    sell(&lab, 900);
    lab.pass(SLOW);
    lab.sync().await;
    lab.assert_ledger_is_true().await;
    assert_eq!(lab.value::<String>(STATE).await, "active");
}

#[tokio::test]
async fn cf14_a_grant_that_was_revoked_asks_for_a_person_and_is_left_alone() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    script(&lab, earnings_fault(FaultKind::TokenExpired));
    lab.sync().await;
    lab.fanvue(|world, _| world.revoke_tokens());
    lab.pass(days(1));
    assert_eq!(lab.step().await.problems[0].code, "reconnect");
    lab.forget_requests();
    lab.pass(Duration::from_hours(1));
    assert_eq!(lab.step().await.outcome, Outcome::Failed);
    assert_eq!(lab.requests(""), []);
    lab.reconnect().await;
    lab.sync().await;
    lab.assert_ledger_is_true().await;
}
