//! Counts of the present.

use tidemark_jobs::Outcome;
use tidemark_simulator::{FaultKind, FaultTarget, Shape};

use crate::support::{Agency, HOUR, RUN, database, models};

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

#[tokio::test]
async fn each_count_is_fanvues_own_and_bears_its_age() {
    for own_account in [false, true] {
        let database = database().await;
        let mut world = models(1).transactions(2_000);
        if own_account {
            world = world.own_account();
        }
        let agency = Agency::of(world, &database, own_account).await;
        let began = agency.now();
        agency.settle().await;
        let truth = agency.truth(agency.lab.model());
        let [subscribers, followers, unread, posts] = agency.counts().await;
        assert_eq!(subscribers.0, Some(count(truth.subscribers)));
        assert_eq!(followers.0, Some(count(truth.followers)));
        assert_eq!(posts.0, Some(count(truth.posts)));
        let known = own_account.then_some(i64::from(truth.unread_messages));
        assert_eq!(
            unread.0, known,
            "there is no unread count of a managed creator"
        );
        for (count, at) in [subscribers, followers, unread, posts] {
            assert_eq!(count.is_some(), at.is_some_and(|at| at >= began));
        }
    }
}

#[tokio::test]
async fn d078_unread_messages_come_from_the_unread_endpoint_and_go_down_again() {
    let database = database().await;
    let agency = Agency::of(models(1).own_account(), &database, true).await;
    agency
        .lab
        .query("update models set unread_messages = 9999 where agency_id = $1 returning 1")
        .await;
    agency.scheduled().await;
    let truth = agency.truth(agency.lab.model()).unread_messages;
    assert_eq!(agency.counts().await[2].0, Some(i64::from(truth)));
    assert_eq!(agency.lab.requests("GET /chats/unread").len(), 1);
}

#[tokio::test]
async fn d079_one_list_gives_one_number_in_either_wrapping() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(2_000), &database, false).await;
    agency.scheduled().await;
    let bare = agency.counts().await;
    agency
        .lab
        .fanvue(|world, _| world.switches_mut().smart_lists_wrapped = true);
    agency.lab.pass(RUN);
    agency.scheduled().await;
    let wrapped = agency.counts().await;
    assert_eq!((wrapped[0].0, wrapped[1].0), (bare[0].0, bare[1].0));
    assert!(wrapped[0].1 > bare[0].1);
}

#[tokio::test]
async fn d077_posts_are_counted_exactly_where_fanvue_tells_no_number() {
    let database = database().await;
    for (shape, posts) in [
        (Shape::V1, 37),
        (Shape::Unversioned, 37),
        (Shape::Unversioned, 0),
    ] {
        let world = models(1).transactions(20_000).shape(shape);
        let agency = Agency::of(world, &database, false).await;
        let model = agency.lab.model();
        agency
            .lab
            .fanvue(|world, _| world.keep_posts(model, posts))
            .unwrap();
        agency.settle().await;
        assert_eq!(
            agency.counts().await[3].0,
            Some(count(agency.truth(model).posts)),
            "{shape:?}"
        );
        agency.lab.forget_requests();
        agency.lab.pass(HOUR);
        agency.scheduled().await;
        assert_eq!(
            agency.lab.requests("/posts").len(),
            1,
            "a count that stays costs one look"
        );
    }
}

/// A failed call of each kind, and the column that it leaves alone.
const KINDS: [(FaultTarget, usize); 3] = [
    (FaultTarget::SmartLists, 0),
    (FaultTarget::Unread, 2),
    (FaultTarget::Posts, 3),
];

#[tokio::test]
async fn d025_each_failed_call_leaves_its_own_count_and_age_and_no_other() {
    let faults = [
        FaultKind::ServerError,
        FaultKind::BadGateway,
        FaultKind::Forbidden,
        FaultKind::Truncated,
        FaultKind::Reset,
        FaultKind::Gone,
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let (target, column) = KINDS[number % KINDS.len()];
        let database = database().await;
        let agency = Agency::of(models(1).transactions(500).own_account(), &database, true).await;
        agency.settle().await;
        let before = agency.counts().await;
        agency.lab.pass(2 * HOUR);
        agency.fail(fault, target, 100);
        let mut report = agency.scheduled().await;
        for _ in 0..3 {
            // What is hourly may have to wait for one of the next runs.
            if report.problems.is_empty() {
                agency.lab.pass(RUN);
                report = agency.scheduled().await;
            }
        }
        assert_eq!(
            report.outcome,
            Outcome::Partial,
            "{target:?} {fault:?}: {report:?}"
        );
        let after = agency.counts().await;
        assert_eq!(after[column], before[column], "{target:?} {fault:?}");
        let named = ["subscribers and followers", "", "unread messages", "posts"][column];
        assert!(report.problems[0].message.starts_with(named), "{report:?}");
        let told = "select last_error_message from sync_state where agency_id = $1";
        assert_eq!(
            agency.lab.value::<String>(told).await,
            report.problems[0].message
        );
        let others = (0..4).filter(|other| *other != column && column + *other != 1);
        for other in others {
            assert!(after[other].1 >= before[other].1, "{target:?} {fault:?}");
        }
        let live = if column == 0 { 2 } else { 0 };
        assert!(
            after[live].1 > before[live].1,
            "{target:?} {fault:?} stops another kind"
        );

        agency.lab.fanvue(|world, _| world.calm());
        for _ in 0..3 {
            agency.lab.pass(HOUR + RUN);
            agency.scheduled().await;
        }
        assert!(agency.counts().await[column].1 > before[column].1);
        let error = "select count(last_error_code) from sync_state where agency_id = $1";
        assert_eq!(agency.lab.value::<i64>(error).await, 0);
    }
}

#[tokio::test]
async fn d026_counts_that_are_missing_from_an_answer_are_no_zeros() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(500), &database, false).await;
    agency.settle().await;
    let before = agency.counts().await;
    agency.lab.pass(RUN);
    agency.lab.troubles.rewrite_answers(|request, response| {
        if request.url.ends_with("/chats/lists/smart") {
            response.body =
                br#"[{"name": "Subscribers", "uuid": "subscribers", "count": -1}]"#.to_vec();
        }
    });
    let report = agency.scheduled().await;
    assert_eq!(report.problems[0].code, "fanvue_malformed");
    let after = agency.counts().await;
    assert_eq!(after[..2], before[..2]);
}

#[tokio::test]
async fn a_failed_kind_is_tried_again_later_and_later_but_at_once_for_a_person() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(100), &database, false).await;
    agency.settle().await;
    agency.fail(FaultKind::Forbidden, FaultTarget::SmartLists, 1_000);
    agency.lab.forget_requests();
    let mut waited = 0;
    for _ in 0..12 {
        agency.lab.pass(RUN);
        let report = agency.scheduled().await;
        assert!(!report.problems.is_empty());
        waited += usize::from(report.problems[0].code == "waiting_to_retry");
    }
    assert!((4..=9).contains(&waited), "{waited}");
    assert_eq!(agency.lab.requests("/chats/lists/smart").len(), 12 - waited);
    agency.asked().await;
    assert_eq!(agency.lab.requests("/chats/lists/smart").len(), 13 - waited);
}

#[tokio::test]
async fn a_revoked_grant_fails_the_model_and_leaves_everything() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(500), &database, false).await;
    agency.settle().await;
    let before = (
        agency.counts().await,
        agency.rows_of("subscriber_history").await,
    );
    agency.lab.pass(RUN);
    agency.lab.fanvue(|world, _| world.revoke_tokens());
    let report = agency.scheduled().await;
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.problems.len(), 1);
    let after = (
        agency.counts().await,
        agency.rows_of("subscriber_history").await,
    );
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_clock_that_was_ahead_once_stops_no_count_and_proves_nothing() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(500), &database, false).await;
    agency.lab.set_clock_ahead(26 * 3_600);
    agency.fail(FaultKind::ServerError, FaultTarget::Posts, 2);
    agency.scheduled().await;
    agency.lab.set_clock_ahead(0);
    agency.lab.pass(RUN);
    let began = agency.now();
    agency.settle().await;
    for (count, at) in agency.counts().await {
        assert!(count.is_none() || at.is_some_and(|at| began <= at && at <= agency.now()));
    }
    let proven = "select micros_of(proven_until) from sync_state where agency_id = $1";
    let proven: tidemark_domain::Instant = agency.lab.value(proven).await;
    assert!(began <= proven && proven <= agency.now());
}
