//! 7.5, first part: who is read, when, and at what price.

use std::time::Duration;

use tidemark_jobs::Outcome;
use tidemark_simulation::fanvue;
use tidemark_simulator::{FaultKind, FaultTarget, ScriptedFault};

use crate::support::{SLOW, database, days, earnings_fault, models, script, sources};

const QUARTER: Duration = Duration::from_mins(15);

#[tokio::test]
async fn d099_every_creator_of_an_agencys_grant_is_read_without_a_token_of_its_own() {
    let database = database().await;
    let lab = models(60).transactions(240).on(&database.sql).await;
    let report = lab.scheduled_step().await;
    assert_eq!(report.models, 60, "more than a page of creators");
    lab.sync().await;
    lab.assert_ledger_is_true().await;
    let read: i64 = lab
        .value("select count(*) from sync_state where agency_id = $1 and proven_until is not null")
        .await;
    assert_eq!(read, 60);
}

#[tokio::test]
async fn d100_a_model_that_failed_waits_for_its_time_unless_a_person_asks() {
    let database = database().await;
    let lab = models(1).transactions(20).on(&database.sql).await;
    script(&lab, earnings_fault(FaultKind::Forbidden));
    assert_eq!(lab.scheduled_step().await.outcome, Outcome::Failed);
    lab.forget_requests();
    let early = lab.scheduled_step().await;
    assert_eq!(early.problems[0].code, "waiting_to_retry");
    assert_eq!(lab.requests("earnings"), []);
    assert_eq!(lab.step().await.outcome, Outcome::Done);
    lab.pass(QUARTER);
    assert_eq!(lab.scheduled_step().await.outcome, Outcome::Done);
}

#[tokio::test]
async fn d116_a_step_ends_in_its_time_and_sleeps_through_no_long_pause() {
    let database = database().await;
    let lab = models(2)
        .transactions(3_000)
        .latency(SLOW)
        .on(&database.sql)
        .await;
    for _ in 0..10 {
        let report = lab.step().await;
        assert!(report.took <= Duration::from_secs(20) + SLOW, "{report:?}");
    }
    let long = lab.fanvue(|world, _| world.faults().clone());
    let long = tidemark_simulator::Faults {
        retry_after_seconds: 3_600,
        ..long
    };
    lab.fanvue(|world, _| world.set_faults(long));
    script(&lab, earnings_fault(FaultKind::RateLimited).times(2));
    let report = lab.step().await;
    assert_eq!(report.outcome, Outcome::More, "{report:?}");
    assert!(report.took < Duration::from_secs(20), "{report:?}");
    lab.sync().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d117_rows_are_written_by_the_thousand_and_not_one_by_one() {
    let database = database().await;
    let lab = models(1).transactions(2_000).on(&database.sql).await;
    let synced = lab.sync().await;
    assert_eq!(synced.rows.inserted, 2_000);
    let statements = lab.troubles.statements();
    assert!(statements < 2_000 / 10, "{statements} statements");
}

#[tokio::test]
async fn d119_models_are_read_one_after_the_other() {
    let database = database().await;
    let lab = models(8).transactions(400).on(&database.sql).await;
    lab.sync().await;
    assert_eq!(lab.troubles.most_in_flight(), 1);
}

#[tokio::test]
async fn d120_steps_at_the_same_time_share_a_bucket_and_never_empty_it() {
    let database = database().await;
    let world = models(2)
        .transactions(5_000)
        .fanvue(|config| config.with_rate_limit(30));
    let lab = world.own_account().on(&database.sql).await;
    let mut pauses = 0;
    for _ in 0..400 {
        let (one, other) = futures::join!(lab.step(), lab.step());
        if one.outcome == Outcome::Done || other.outcome == Outcome::Done {
            break;
        }
        pauses += u32::from(one.api_calls + other.api_calls == 0);
        lab.pass(Duration::from_secs(5));
    }
    assert!(pauses > 3, "the bucket was never used up");
    lab.assert_ledger_is_true().await;
    let refused = lab.fanvue(|world, _| world.request_log().status(429));
    assert_eq!(refused, 0);
}

#[tokio::test]
async fn d121_reads_are_tried_again_and_nothing_else_is() {
    let database = database().await;
    let lab = models(1).transactions(50).on(&database.sql).await;
    script(&lab, earnings_fault(FaultKind::ServerError).times(2));
    script(&lab, earnings_fault(FaultKind::Reset).at_request(4));
    let report = lab.step().await;
    assert_eq!(report.outcome, Outcome::Done, "{report:?}");
    let tries = lab.requests("earnings");
    assert!(
        tries[2].at.minus(Duration::from_secs(4)) < tries[0].at,
        "no 60 s"
    );
    // A refresh is a write: an answer of 500 is final for this request.
    lab.pass(Duration::from_mins(40));
    lab.forget_requests();
    let fault = ScriptedFault::new(FaultKind::ServerError).on(FaultTarget::Token);
    script(&lab, fault);
    lab.sync().await;
    assert_eq!(lab.requests("/oauth2/token").len(), 1);
    // What is refused is not asked again at once.
    lab.forget_requests();
    lab.pass(Duration::from_secs(5));
    script(&lab, earnings_fault(FaultKind::Forbidden));
    lab.step().await;
    assert_eq!(lab.requests("earnings").len(), 1);
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d122_an_idle_step_asks_once_per_model_and_d123_never_more_than_its_work_list_says() {
    let database = database().await;
    let lab = models(3).transactions(3_000).on(&database.sql).await;
    lab.sync().await;
    lab.pass(days(3));
    lab.sync().await;
    let principal_calls = 2;
    for _ in 0..8 {
        lab.forget_requests();
        lab.pass(QUARTER);
        let synced = lab.sync().await;
        let listed = lab.requests("/users/me").len() + lab.requests("GET /creators").len();
        assert!(listed <= principal_calls + lab.requests("{id}").len());
        assert_eq!(lab.requests("{id}/insights/earnings").len(), 3);
        assert_eq!((synced.rows.inserted, synced.rows.changed), (0, 0));
    }
}

#[tokio::test]
async fn d130_requests_go_to_fanvue_and_nowhere_else() {
    let database = database().await;
    let lab = models(1).transactions(100).on(&database.sql).await;
    lab.troubles
        .rewrite_answers(|request, _| assert!(request.url.starts_with(fanvue::URL)));
    lab.sync().await;
    lab.pass(days(2));
    lab.sync().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d133_a_model_without_rows_is_read_once_and_then_only_looked_at() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    let first = lab.sync().await;
    assert!(first.api_calls > 3);
    lab.pass(QUARTER);
    assert_eq!(lab.sync().await.api_calls, 1);
    let zero: i64 = lab.row_count().await;
    assert_eq!(zero, 0);
}

#[test]
fn d134_every_table_is_read_and_written_by_something() {
    let mut statements = String::new();
    for folder in ["crates", "components", "host/src"] {
        for (_, text) in sources(folder, &[".sql", ".rs"]) {
            statements += &text;
        }
    }
    let foundation = sources("migrations", &["0001_foundation.sql"]);
    let tables = foundation[0]
        .1
        .lines()
        .filter_map(|line| line.strip_prefix("create table ")?.strip_suffix(" ("));
    let mut count = 0;
    for table in tables {
        let is = |verbs: &[&str]| {
            let mut said = verbs.iter().map(|verb| format!("{verb} {table}"));
            said.any(|said| statements.contains(&said))
        };
        count += 1;
        assert!(is(&["insert into", "update"]), "{table} has no writer");
        // The amounts before an amendment are kept for people.
        let is_read = is(&["from", "join", "returning"]) || table == "ledger_amendments";
        assert!(is_read, "{table} has no reader");
    }
    assert!(count > 10);
}

#[tokio::test]
async fn d135_a_revoked_grant_of_one_agency_is_no_problem_of_another() {
    let database = database().await;
    let (one, other) = (
        models(1).transactions(30).on(&database.sql).await,
        models(1).transactions(30).on(&database.sql).await,
    );
    one.sync().await;
    other.sync().await;
    one.fanvue(|world, _| world.revoke_tokens());
    one.pass(QUARTER);
    other.pass(QUARTER);
    assert_eq!(one.step().await.outcome, Outcome::Failed);
    assert_eq!(other.step().await.outcome, Outcome::Done);
    let state = "select state from connections where agency_id = $1";
    assert_eq!(one.value::<String>(state).await, "reconnect");
    assert_eq!(other.value::<String>(state).await, "active");
    one.reconnect().await;
    one.sync().await;
    one.assert_ledger_is_true().await;
}
