//! 7.1, first half: what was read is complete.

use std::time::Duration;

use tidemark_domain::HISTORY_FLOOR;
use tidemark_jobs::{Outcome, StepError};
use tidemark_ports::SqlError;
use tidemark_simulation::lab::Moment;
use tidemark_simulator::{FaultKind, FaultTarget, Micros, NewSale, ScriptedFault, Source};

use crate::support::{
    SHORTEST, SLOW, STORE, awkward, database, days, earnings_fault, models, script, sell, sell_as,
    sell_late,
};

const PROVEN_UNTIL: &str = "select micros_of(max(proven_until)) from sync_state \
     where agency_id = $1 and stream = 'transactions'";

#[tokio::test]
async fn d001_rows_that_come_while_a_read_stops_and_goes_on_are_not_skipped() {
    let database = database().await;
    let lab = models(1)
        .transactions(400)
        .latency(SLOW)
        .on(&database.sql)
        .await;
    for cents in 100..110 {
        lab.step_as(SHORTEST).await.unwrap();
        sell(&lab, cents);
    }
    script(&lab, earnings_fault(FaultKind::Forbidden));
    assert_eq!(lab.step().await.outcome, Outcome::Failed);
    let newest = sell(&lab, 111);
    lab.pass(SLOW);
    lab.settle().await;
    lab.assert_ledger_is_true().await;
    let watermark: i64 = lab
        .value("select micros_of(watermark) from sync_state where agency_id = $1")
        .await;
    assert_eq!(watermark, newest.occurred_at.0, "not the clock's time");
}

#[tokio::test]
async fn d002_an_error_on_the_first_page_is_a_failure_and_proves_nothing() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    script(&lab, earnings_fault(FaultKind::Forbidden));
    let report = lab.step().await;
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.problems[0].code, "fanvue_forbidden");
    assert_eq!(lab.value::<Option<i64>>(PROVEN_UNTIL).await, None);
    let kept: String = lab
        .value("select last_error_code from sync_state where agency_id = $1")
        .await;
    assert_eq!(kept, "fanvue_forbidden");
    lab.settle().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d003_a_window_whose_second_page_fails_keeps_its_rows_and_its_place_and_is_not_proven() {
    let database = database().await;
    // Slow pages are stored one by one, quick ones together.
    for latency in [SLOW, SLOW / 100] {
        let lab = models(1).latency(latency).on(&database.sql).await;
        for cents in 100..220 {
            sell(&lab, cents);
            lab.pass(SLOW);
        }
        script(&lab, earnings_fault(FaultKind::Forbidden).at_request(2));
        let report = lab.step().await;
        let done = (report.outcome, report.rows.inserted);
        assert_eq!(done, (Outcome::Failed, 50));
        assert_eq!(lab.value::<Option<i64>>(PROVEN_UNTIL).await, None);
        lab.forget_requests();
        lab.settle().await;
        let went_on = &lab.requests("earnings")[0];
        assert!(went_on.query.contains("cursor="), "{}", went_on.query);
        lab.assert_ledger_is_true().await;
    }
}

#[tokio::test]
async fn d004_a_row_that_arrives_two_days_late_is_found_by_the_next_ordinary_read() {
    let database = database().await;
    let lab = models(1).transactions(100).on(&database.sql).await;
    lab.sync().await;
    lab.pass(SLOW);
    sell_late(&lab, 4_711, Duration::from_hours(47));
    lab.sync().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d004_a_late_row_is_found_although_webhooks_have_moved_the_proof_past_it() {
    let database = database().await;
    let lab = models(1).transactions(100).on(&database.sql).await;
    lab.sync().await;
    for _ in 0..4 {
        lab.pass(Duration::from_mins(14));
        let sold = sell(&lab, 250);
        lab.pass(SLOW);
        lab.forget_requests();
        let glanced = lab.follow_a_hint().await;
        assert_eq!((glanced.outcome, glanced.rows.inserted), (Outcome::Done, 1));
        assert_eq!(lab.requests("insights/earnings").len(), 1, "{sold:?}");
        let proven: i64 = lab.value(PROVEN_UNTIL).await;
        assert!(proven > sold.occurred_at.0 && proven <= lab.true_now().micros());
    }
    sell_late(&lab, 4_711, Duration::from_hours(47));
    lab.pass(SLOW);
    assert_eq!(
        lab.follow_a_hint().await.rows.inserted,
        0,
        "a glance is short"
    );
    lab.pass(SLOW);
    lab.sync().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d004_a_sale_that_fanvues_faster_clock_dates_ahead_of_ours_is_seen_by_a_glance() {
    let database = database().await;
    for ahead in [-600, 600] {
        let lab = models(1)
            .transactions(40)
            .fanvue(|config| config.with_server_clock_offset(ahead))
            .on(&database.sql)
            .await;
        lab.sync().await;
        lab.pass(Duration::from_mins(11));
        sell(&lab, 777);
        let glanced = lab.follow_a_hint().await;
        assert_eq!(glanced.rows.inserted, 1, "{ahead} s");
        lab.pass(Duration::from_mins(11));
        lab.settle().await;
        lab.assert_ledger_is_true().await;
    }
}

#[tokio::test]
async fn d005_a_history_beyond_5000_rows_and_d006_beyond_1050_is_read_to_its_end() {
    let database = database().await;
    let lab = models(1).transactions(5_200).on(&database.sql).await;
    lab.sync().await;
    assert_eq!(lab.row_count().await, 5_200);
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d007_todays_sales_are_read_and_refused_parameters_are_a_failure() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    sell(&lab, 999);
    lab.pass(SLOW);
    lab.troubles.rewrite_answers(|request, response| {
        if request.url.contains("/insights/earnings?") {
            response.status = 400;
            response.body = br#"{"errors":["startDate is invalid"]}"#.to_vec();
        }
    });
    let refused = lab.step().await;
    assert_eq!(refused.outcome, Outcome::Failed);
    assert_eq!(lab.value::<Option<i64>>(PROVEN_UNTIL).await, None);
    lab.troubles.leave_answers();
    lab.sync().await;
    assert_eq!(lab.row_count().await, 1, "today's sale");
    let queries: Vec<String> = lab
        .requests("earnings")
        .into_iter()
        .map(|request| request.query)
        .collect();
    let full_instants = |query: &&String| query.matches('T').count() >= 2;
    assert_eq!(queries.iter().filter(full_instants).count(), queries.len());
}

#[tokio::test]
async fn d008_rows_and_cursor_are_stored_together_or_not_at_all() {
    let database = database().await;
    for moment in [Moment::Before, Moment::After] {
        for k in 1..=6 {
            let lab = models(1)
                .transactions(130)
                .fanvue(awkward)
                .latency(SLOW)
                .on(&database.sql)
                .await;
            lab.troubles.break_statement(STORE, k, moment);
            lab.settle().await;
            assert!(lab.troubles.are_over(), "statement {k} was never sent");
            lab.assert_ledger_is_true().await;
        }
    }
}

#[tokio::test]
async fn d010_history_is_read_down_to_a_floor_that_is_named() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    for instant in [HISTORY_FLOOR.micros(), 1_560_000_000_000_000] {
        let mut sale = NewSale::new(Source::Tip, 500);
        sale.occurred_at = Some(Micros(instant));
        sell_as(&lab, &sale);
    }
    lab.sync().await;
    assert_eq!(lab.row_count().await, 2);
    let since: i64 = lab
        .value("select micros_of(proven_since) from sync_state where agency_id = $1")
        .await;
    assert_eq!(since, HISTORY_FLOOR.micros());
}

#[tokio::test]
async fn d011_a_refused_write_fails_the_step_and_is_no_empty_success() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    lab.troubles.refuse_statement(STORE, "42703");
    let failed = lab.step_as(SHORTEST).await;
    let Err(StepError::Database(SqlError::Refused { code, .. })) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!(code, "42703");
    assert_eq!(lab.value::<Option<i64>>(PROVEN_UNTIL).await, None);
    lab.settle().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d026_an_answer_without_its_members_is_a_failure_and_no_zero() {
    let database = database().await;
    let lab = models(1).transactions(200).on(&database.sql).await;
    lab.sync().await;
    let before = lab.ledger_hash().await;
    for body in ["{}", r#"{"data":null}"#, "[]", ""] {
        lab.pass(days(2));
        lab.troubles.rewrite_answers(|request, response| {
            if request.url.contains("/insights/earnings") {
                response.body = body.as_bytes().to_vec();
            }
        });
        let proven: i64 = lab.value(PROVEN_UNTIL).await;
        let report = lab.step().await;
        assert_eq!(report.outcome, Outcome::Failed, "{body:?}");
        assert_eq!(lab.value::<i64>(PROVEN_UNTIL).await, proven, "{body:?}");
        assert_eq!(lab.ledger_hash().await, before, "{body:?}");
    }
    lab.troubles.leave_answers();
    lab.settle().await;
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d025_a_summary_that_cannot_be_read_changes_no_row() {
    let database = database().await;
    let lab = models(1).transactions(100).on(&database.sql).await;
    let fault = ScriptedFault::new(FaultKind::Forbidden).on(FaultTarget::EarningsSummary);
    script(&lab, fault);
    let report = lab.step().await;
    assert_eq!(report.outcome, Outcome::Partial, "{:?}", report.problems);
    lab.assert_ledger_is_true().await;
}
