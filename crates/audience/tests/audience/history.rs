//! Levels per day, events, and the past.

use std::time::Duration;

use tidemark_domain::LocalDay;
use tidemark_simulator::{FaultKind, FaultTarget};

use crate::support::{Agency, DAY, HOUR, Level, RUN, database, models};

fn seen(subscribers: usize, followers: usize) -> Level {
    Level {
        subscribers: i64::try_from(subscribers).unwrap(),
        followers: Some(i64::try_from(followers).unwrap()),
        derived: false,
    }
}

#[tokio::test]
async fn d071_a_level_is_a_head_count_and_events_stand_apart() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(3_000), &database, false).await;
    let model = agency.lab.model();
    agency.settle().await;
    let (history, truth) = (agency.history(model).await, agency.true_levels(model));
    let counts = agency.truth(model);
    assert_eq!(
        history[&agency.today()],
        seen(counts.subscribers, counts.followers)
    );
    let past: Vec<_> = history.iter().filter(|(_, level)| level.derived).collect();
    assert!(past.len() > 300, "{} days", past.len());
    for (day, level) in &past {
        assert_eq!(level.subscribers, truth[*day], "{day}");
        assert_eq!(level.followers, None, "nobody knows the followers of {day}");
    }
    assert_eq!(
        past.len() + 1,
        truth.len(),
        "every day from the first event on"
    );
    let flows = "select sum(started) - sum(ended) from subscriber_flows where agency_id = $1";
    let net: i64 = agency
        .lab
        .value(&format!(
            "select ({flows})::bigint from (select $1::uuid) as it"
        ))
        .await;
    assert_eq!(net, i64::try_from(counts.subscribers).unwrap());
}

#[tokio::test]
async fn d072_reading_again_changes_no_level_of_the_past() {
    let database = database().await;
    let world = models(1).transactions(2_000);
    let agency = Agency::of(world, &database, false).await;
    let model = agency.lab.model();
    agency.settle().await;
    let before = agency.history(model).await;
    // Heads that leave without an event would shift a past that was derived anew.
    agency
        .lab
        .fanvue(|world, _| world.hide_subscribers(model, 3))
        .unwrap();
    for _ in 0..10 {
        agency.lab.pass(DAY);
        agency.subscribe(model);
        for _ in 0..2 {
            agency.scheduled().await;
            agency.lab.pass(HOUR);
        }
    }
    let after = agency.history(model).await;
    for (day, level) in &before {
        let is_today = before.keys().next_back() == Some(day);
        assert!(is_today || after[day] == *level, "{day}");
    }
    let flows: i64 = agency.rows_of("subscriber_flows").await;
    let days = agency
        .lab
        .fanvue(|world, _| world.subscriber_days(model))
        .unwrap();
    assert_eq!(flows, i64::try_from(days.len()).unwrap());
}

#[tokio::test]
async fn d070_days_that_fanvue_does_not_tell_stay_unknown() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(3_000), &database, false).await;
    let model = agency.lab.model();
    let first_told = agency.today().plus_days(-100);
    let number = i64::from(first_told.days_since(LocalDay::EPOCH));
    agency
        .lab
        .fanvue(|world, _| world.begin_subscriber_days(model, number))
        .unwrap();
    agency.settle().await;
    let (history, truth) = (agency.history(model).await, agency.true_levels(model));
    let derived: Vec<_> = history.iter().filter(|(_, level)| level.derived).collect();
    assert!(derived.len() > 80);
    for (day, level) in derived {
        assert!(*day >= first_told, "{day} was never told");
        assert_eq!(level.subscribers, truth[day]);
    }
}

#[tokio::test]
async fn a_past_that_would_fall_below_zero_stops_before() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(3_000), &database, false).await;
    let model = agency.lab.model();
    let hidden = agency.truth(model).subscribers / 2;
    agency
        .lab
        .fanvue(|world, _| world.hide_subscribers(model, hidden))
        .unwrap();
    agency.settle().await;
    let (history, truth) = (agency.history(model).await, agency.true_levels(model));
    let hidden = i64::try_from(hidden).unwrap();
    assert!(history.len() < truth.len(), "some of it is unknown");
    for (day, level) in history {
        assert_eq!(level.subscribers, truth[&day] - hidden, "{day}");
    }
}

#[tokio::test]
async fn a_gap_in_the_observations_is_filled_and_no_observation_is_touched() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(2_000), &database, false).await;
    let model = agency.lab.model();
    agency.settle().await;
    agency.lab.pass(DAY);
    agency.scheduled().await;
    let before = agency.history(model).await;
    for _ in 0..9 {
        agency.lab.pass(DAY);
        agency.subscribe(model);
    }
    agency.settle().await;
    agency.lab.pass(RUN);
    agency.scheduled().await;
    let (history, truth) = (agency.history(model).await, agency.true_levels(model));
    for (day, level) in &before {
        assert_eq!(history[day], *level, "{day}");
    }
    let last_seen = *before.keys().next_back().unwrap();
    for back in 1..=9 {
        let day = last_seen.plus_days(back);
        let level = &history[&day];
        assert_eq!(level.subscribers, truth[&day], "{day}");
        assert_eq!(level.derived, day != agency.today(), "{day}");
    }
}

#[tokio::test]
async fn a_head_count_that_moves_while_events_are_read_is_no_anchor() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(1_000), &database, false).await;
    let model = agency.lab.model();
    let mut lists = 0;
    agency
        .lab
        .troubles
        .rewrite_answers(move |request, response| {
            if request.url.ends_with("/chats/lists/smart") {
                lists += 1;
                let count = 500 + lists % 2;
                response.body = format!(
                    r#"[{{"name": "Subscribers", "uuid": "subscribers", "count": {count}}},
                    {{"name": "Followers", "uuid": "followers", "count": 7}}]"#
                )
                .into_bytes();
            }
        });
    for _ in 0..3 {
        agency.scheduled().await;
        agency.lab.pass(HOUR);
    }
    let history = agency.history(model).await;
    assert!(history.values().all(|level| !level.derived));
    assert!(
        agency.rows_of("subscriber_flows").await > 0,
        "events are kept all the same"
    );
    agency.lab.troubles.leave_answers();
    agency.settle().await;
    assert!(agency.history(model).await.len() > 300);
}

#[tokio::test]
async fn a_walk_goes_on_where_a_dead_process_or_a_fault_left_it() {
    let database = database().await;
    let agency = Agency::of(models(2).transactions(4_000), &database, false).await;
    for round in 0..40 {
        if round % 3 == 0 {
            agency.fail(FaultKind::ServerError, FaultTarget::SubscriberDays, 2);
        }
        if round % 4 == 1 {
            // The statement took effect, and nobody learnt of it.
            let moment = tidemark_simulation::lab::Moment::After;
            agency
                .lab
                .troubles
                .break_statement("-- One unit of work: whatever a visit", 1, moment);
            agency.step_that_may_fail().await;
        }
        agency.scheduled().await;
        agency.lab.pass(RUN + Duration::from_secs(30));
    }
    agency.settle().await;
    for model in agency.lab.models() {
        let truth = agency.true_levels(model);
        let history = agency.history(model).await;
        assert_eq!(history.len(), truth.len());
        for (day, level) in history.iter().filter(|(_, level)| level.derived) {
            assert_eq!(level.subscribers, truth[day], "{day}");
        }
    }
}

#[tokio::test]
async fn an_observed_level_takes_the_place_of_a_derived_one_and_never_the_other_way() {
    let database = database().await;
    let agency = Agency::of(models(1).transactions(1_000), &database, false).await;
    let model = agency.lab.model();
    let today = agency.today();
    agency
        .lab
        .query(&format!(
            "insert into subscriber_history values ($1, '{model}', '{today}', 1, null, now(), true), \
             ($1, '{model}', '{}', 77, 5, now(), false) returning 1",
            today.plus_days(-3)
        ))
        .await;
    agency.settle().await;
    let history = agency.history(model).await;
    let counts = agency.truth(model);
    assert_eq!(history[&today], seen(counts.subscribers, counts.followers));
    assert_eq!(history[&today.plus_days(-3)], seen(77, 5));
}
