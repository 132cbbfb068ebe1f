//! The conformance list, where no other module tells the story.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tidemark_jobs::Outcome;
use tidemark_simulator::{
    FaultKind, FaultTarget, Faults, Hazards, Micros, NewSale, ScriptedFault, Shape, Source,
};

use crate::support::{
    FULL, RealLab, SLOW, awkward, database, days, earnings_fault, models, script, sell, sell_as,
};

const SHAPES: [Shape; 3] = [Shape::Feb2026, Shape::Unversioned, Shape::V1];

#[tokio::test]
async fn cf05_a_full_refresh_twice_leaves_an_identical_table() {
    let database = database().await;
    let lab = models(2)
        .transactions(600)
        .fanvue(awkward)
        .on(&database.sql)
        .await;
    lab.sync().await;
    let first = lab.ledger_hash().await;
    for _ in 0..2 {
        lab.pass(Duration::from_mins(1));
        let again = lab.sync_as(FULL).await;
        assert!(again.rows.fetched >= 600);
        assert_eq!((again.rows.inserted, again.rows.changed), (0, 0));
        assert_eq!(lab.ledger_hash().await, first);
    }
}

#[tokio::test]
async fn cf06_the_second_of_two_runs_changes_nothing_and_reads_the_look_back_only() {
    let database = database().await;
    let lab = models(1).transactions(600).on(&database.sql).await;
    lab.sync().await;
    lab.forget_requests();
    lab.pass(Duration::from_mins(15));
    let second = lab.sync().await;
    assert_eq!((second.rows.inserted, second.rows.changed), (0, 0));
    // Two days, a quarter of an hour, and the second that requests begin early.
    let longest = days(2) + Duration::from_mins(16);
    let earliest = Micros(lab.true_now().micros()).minus(longest).to_string();
    for request in lab.requests("earnings") {
        let from = request.query.split(['=', '&']).nth(1).unwrap();
        let from = from.replace("%3A", ":");
        assert!(from > earliest, "{from} lies before {earliest}");
    }
}

#[tokio::test]
async fn cf08_a_proof_from_the_future_is_no_reason_to_wait_for_it() {
    let database = database().await;
    let lab = models(1).transactions(100).on(&database.sql).await;
    lab.set_clock_ahead(5 * 24 * 60 * 60);
    lab.sync().await;
    let until = "select micros_of(proven_until) from sync_state where agency_id = $1";
    assert!(lab.value::<i64>(until).await > lab.true_now().micros());
    lab.set_clock_ahead(0);
    lab.pass(Duration::from_mins(20));
    for cents in [800, 900] {
        sell(&lab, cents);
        lab.pass(Duration::from_mins(15));
        lab.sync().await;
        lab.assert_ledger_is_true().await;
    }
    let watermark = "select micros_of(watermark) from sync_state where agency_id = $1";
    assert!(lab.value::<i64>(watermark).await < lab.true_now().micros());
}

#[tokio::test]
async fn cf11_pages_that_come_twice_or_in_disorder_end_in_the_same_table() {
    let database = database().await;
    for shape in SHAPES {
        for kind in [FaultKind::DuplicatePage, FaultKind::ShuffledPage] {
            let world = models(1).transactions(300).fanvue(awkward).shape(shape);
            let lab = world.own_account().on(&database.sql).await;
            lab.fanvue(|world, _| world.set_faults(Faults::none().with(kind, 500)));
            lab.sync().await;
            lab.fanvue(|world, _| world.calm());
            lab.pass(days(1) + SLOW);
            lab.sync().await;
            lab.assert_ledger_is_true().await;
        }
    }
}

#[tokio::test]
async fn cf11_pages_that_end_inside_an_instant_lose_no_row() {
    let database = database().await;
    for shape in SHAPES {
        let crowded = Hazards {
            crowded_instants: 950,
            equal_sales: 100,
            ..Hazards::none()
        };
        let world = models(1).transactions(400).shape(shape);
        let world = world.fanvue(|config| config.with_hazards(crowded));
        let lab = world.latency(SLOW).on(&database.sql).await;
        lab.sync().await;
        lab.assert_ledger_is_true().await;
        lab.sync_as(FULL).await;
        lab.assert_ledger_is_true().await;
    }
}

/// The instants before which a bucket must be left alone, from the answers themselves.
fn note_pauses(lab: &RealLab<'_>) -> Rc<RefCell<Vec<(u64, u64)>>> {
    let pauses = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&pauses);
    lab.troubles.rewrite_answers(move |_, response| {
        if response.status == 429 {
            let seconds = |name| response.header(name)?.parse::<u64>().ok();
            noted.borrow_mut().push((
                seconds("retry-after").unwrap_or(0),
                seconds("x-ratelimit-reset").unwrap_or(0),
            ));
        }
    });
    pauses
}

#[tokio::test]
async fn cf12_a_429_is_a_pause_and_nobody_asks_before_its_end() {
    let database = database().await;
    for kind in [FaultKind::RateLimited, FaultKind::RateLimitedSilently] {
        for request in 1..=4 {
            let lab = models(1).transactions(300).on(&database.sql).await;
            let slow = Faults {
                retry_after_seconds: 47,
                ..Faults::none()
            };
            lab.fanvue(|world, _| world.set_faults(slow));
            script(&lab, earnings_fault(kind).at_request(request));
            let pauses = note_pauses(&lab);
            let report = lab.step().await;
            assert_eq!(report.outcome, Outcome::More, "{kind:?} {report:?}");
            assert_eq!(report.problems, []);
            for _ in 0..4 {
                lab.pass(Duration::from_secs(1));
                let early = lab.step().await;
                assert_eq!((early.outcome, early.api_calls), (Outcome::More, 0));
            }
            lab.sync().await;
            lab.assert_ledger_is_true().await;
            let (retry_after, reset) = pauses.borrow()[0];
            let asked = lab.requests("earnings");
            let refused = asked.iter().position(|request| request.status == 429);
            let refused = refused.expect("a 429");
            let allowed = match kind {
                FaultKind::RateLimited => {
                    assert_eq!(retry_after, 47);
                    asked[refused].at.0 + 47_000_000
                }
                _ => i64::try_from(reset).unwrap() * 1_000_000,
            };
            assert!(asked[refused + 1].at.0 >= allowed, "{kind:?} at {request}");
        }
    }
}

#[tokio::test]
async fn cf12_a_429_while_creators_are_listed_is_a_pause_too() {
    let database = database().await;
    for target in [FaultTarget::CurrentUser, FaultTarget::Creators] {
        let lab = models(1).transactions(30).on(&database.sql).await;
        let fault = ScriptedFault::new(FaultKind::RateLimited).on(target);
        script(&lab, fault.clone());
        let first = lab.step().await;
        assert_eq!(first.outcome, Outcome::More, "{target:?} {first:?}");
        lab.sync().await;
        lab.pass(Duration::from_hours(2));
        script(&lab, fault);
        let later = lab.step().await;
        assert_eq!(later.problems, [], "{target:?}");
        lab.sync().await;
        lab.assert_ledger_is_true().await;
    }
}

#[tokio::test]
async fn cf13_answers_that_are_none_keep_the_state_and_are_asked_for_again() {
    let database = database().await;
    let kinds = [
        FaultKind::ServerError,
        FaultKind::BadGateway,
        FaultKind::Unavailable,
        FaultKind::Truncated,
        FaultKind::Reset,
        FaultKind::Huge,
        FaultKind::Slow,
    ];
    for kind in kinds {
        for request in [1, 3] {
            let world = models(1).transactions(200).fanvue(awkward);
            let lab = world.latency(SLOW).on(&database.sql).await;
            // Slow is slower than a client waits.
            let faults = Faults {
                delay_milliseconds: 31_000,
                ..Faults::none()
            };
            lab.fanvue(|world, _| world.set_faults(faults));
            script(&lab, earnings_fault(kind).at_request(request).times(6));
            let before = lab.row_count().await;
            let report = lab.step().await;
            assert_ne!(report.outcome, Outcome::Done, "{kind:?}");
            assert!(lab.row_count().await >= before);
            lab.settle().await;
            lab.assert_ledger_is_true().await;
            let befell = lab.fanvue(|world, _| world.request_log().fault(kind));
            assert!(befell > 0, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn cf15_a_refused_cursor_begins_the_window_again() {
    let database = database().await;
    for shape in SHAPES {
        let world = models(1).transactions(300).fanvue(awkward).shape(shape);
        let lab = world.latency(SLOW).on(&database.sql).await;
        script(&lab, earnings_fault(FaultKind::CursorRefused).times(2));
        // A failure would end this.
        let settled = lab.sync().await;
        assert_eq!(settled.rows.quarantined, 0);
        lab.assert_ledger_is_true().await;
        let refused = lab.fanvue(|world, _| world.request_log().fault(FaultKind::CursorRefused));
        assert_eq!(refused, 2);
    }
}

#[tokio::test]
async fn cf17_clocks_that_differ_by_ten_minutes_lose_no_row() {
    let database = database().await;
    for fanvue_ahead in [-600, 600] {
        for host_ahead in [-600, 0, 600] {
            let lab = models(1).transactions(60).on(&database.sql).await;
            lab.fanvue(|world, now| world.set_server_clock_offset(fanvue_ahead, now));
            lab.set_clock_ahead(host_ahead);
            for cents in 300..308 {
                sell(&lab, cents);
                lab.pass(Duration::from_mins(5));
                lab.sync().await;
            }
            lab.set_clock_ahead(0);
            lab.pass(Duration::from_mins(25));
            lab.sync().await;
            lab.assert_ledger_is_true().await;
        }
    }
}

#[tokio::test]
async fn cf20_an_empty_page_with_a_cursor_is_not_the_end() {
    let database = database().await;
    for shape in SHAPES {
        for request in 1..=3 {
            let world = models(1).transactions(200).shape(shape);
            let lab = world.own_account().on(&database.sql).await;
            let fault = earnings_fault(FaultKind::EmptyPage).at_request(request);
            script(&lab, fault.times(2));
            lab.sync().await;
            lab.assert_ledger_is_true().await;
        }
    }
}

#[tokio::test]
async fn d009_a_row_that_cannot_be_read_waits_in_quarantine_and_stops_no_other() {
    let database = database().await;
    let lab = models(1).transactions(60).on(&database.sql).await;
    script(&lab, earnings_fault(FaultKind::MalformedRow).at_request(2));
    let report = lab.step().await;
    assert_eq!(report.rows.quarantined, 1);
    let reason: String = lab
        .value("select reason from quarantine where agency_id = $1")
        .await;
    assert!(!reason.is_empty());
    lab.settle().await;
    lab.assert_ledger_is_true().await;
    let waiting: i64 = lab
        .value("select count(*) from quarantine where agency_id = $1 and resolved_at is null")
        .await;
    assert_eq!(waiting, 0, "read after all");
}

#[tokio::test]
async fn d008_text_that_postgres_cannot_hold_stops_no_other_row() {
    let database = database().await;
    for poison in [r"\u0000", r"\ud800"] {
        let lab = models(1).on(&database.sql).await;
        sell_as(&lab, &NewSale::new(Source::parse("poisoned").unwrap(), 666));
        sell(&lab, 700);
        lab.pass(SLOW);
        lab.troubles.rewrite_answers(move |_, response| {
            let text = String::from_utf8(response.body.clone()).unwrap();
            let text = text.replace("poisoned", &format!("poi{poison}ned"));
            response.body = text.into_bytes();
        });
        lab.sync().await;
        let mut stored: Vec<(String, i64)> = lab
            .ledger(lab.model())
            .await
            .into_iter()
            .map(|row| (row.source, row.gross))
            .collect();
        stored.sort();
        let expected = [("poi\u{fffd}ned".to_owned(), 666), ("tip".to_owned(), 700)];
        assert_eq!(stored, expected, "{poison}");
    }
}
