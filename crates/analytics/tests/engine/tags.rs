//! The entity tag: it outlives time as long as the body does, and no longer.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use tidemark_analytics::DashboardQuery;
use tidemark_domain::Instant;

use crate::agreement::{question, world};
use crate::world::{World, instant, query};

fn small_world() -> World {
    let mut world = World::new("2026-11-22T12:00:00Z", "Europe/Berlin", 2);
    world
        .sale("2026-11-22T09:00:00Z", "message", 1999, 1)
        .sale("2026-11-19T09:00:00Z", "tip", 1000, 1)
        .sale("2026-11-15T14:00:00Z", "tip", 700, 2)
        .observe(1, "2026-11-21", 15);
    world
}

fn tag(world: &World, query: &DashboardQuery) -> String {
    world.tagged(query, None).unwrap().1
}

/// The body without what may change under one tag.
fn timeless(world: &World, query: &DashboardQuery) -> Value {
    let body = world.answer_to(query).unwrap().to_json();
    let mut body: Value = serde_json::from_str(&body).unwrap();
    for family in ["transactions", "audience"] {
        let freshness = &mut body["meta"]["freshness"][family];
        freshness["ageSeconds"].take();
        freshness["state"].take();
    }
    body
}

#[test]
fn a_caller_who_has_the_answer_costs_one_statement() {
    let world = small_world();
    let question = query(&[("timeRange", "7d")]);
    let known = tag(&world, &question);
    let before = world.statements_run.get();
    let (body, same) = world.tagged(&question, Some(&known)).unwrap();
    assert_eq!((body, same), (None, known));
    assert_eq!(world.statements_run.get() - before, 1);
}

#[test]
fn the_tag_outlives_time_but_not_data() {
    let mut world = small_world();
    let question = query(&[("timeRange", "7d")]);
    let before = tag(&world, &question);
    world.now = instant("2026-11-22T12:40:00Z");
    let aged = world.body(&[("timeRange", "7d")]);
    assert_eq!(aged["meta"]["freshness"]["transactions"]["state"], "stale");
    assert_eq!(tag(&world, &question), before);

    let proven = Some((instant("2018-01-01T00:00:00Z"), world.now));
    world.models[0].ledger = proven;
    assert_eq!(
        tag(&world, &question),
        before,
        "another model is still older"
    );
    world.models[1].ledger = proven;
    let after = tag(&world, &question);
    assert_ne!(after, before);
    world.sale("2026-11-22T12:30:00Z", "tip", 1, 1);
    assert_ne!(tag(&world, &question), after);
    assert_ne!(tag(&world, &query(&[])), tag(&world, &question));
    assert!(after.starts_with("W/\"") && after.ends_with('"'));
}

#[test]
fn a_row_that_the_growing_comparison_reaches_ends_the_tag() {
    let mut world = small_world();
    let question = query(&[("timeRange", "7d")]);
    let before = tag(&world, &question);
    world.now = instant("2026-11-22T14:00:00Z");
    assert_eq!(tag(&world, &question), before);
    assert!(world.tagged(&question, Some(&before)).unwrap().0.is_none());
    world.now = instant("2026-11-22T14:00:00.000001Z");
    assert!(world.tagged(&question, Some(&before)).unwrap().0.is_some());
    assert_ne!(tag(&world, &question), before);
}

#[test]
fn the_past_keeps_its_tag_over_midnight_and_the_last_days_do_not() {
    let mut world = small_world();
    let fixed = query(&[("startDate", "2026-11-01"), ("endDate", "2026-11-20")]);
    let recent = query(&[("timeRange", "7d"), ("compare", "none")]);
    let before = (tag(&world, &fixed), tag(&world, &recent));
    world.now = instant("2026-11-22T22:59:59.999999Z");
    assert_eq!((tag(&world, &fixed), tag(&world, &recent)), before);
    world.now = instant("2026-11-22T23:00:00Z");
    assert_eq!(tag(&world, &fixed), before.0);
    assert_ne!(tag(&world, &recent), before.1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    /// In both directions: with the same data, two moments have the same tag exactly when they
    /// have the same body.
    #[test]
    fn two_moments_share_a_tag_exactly_when_they_share_a_body(
        mut world in world(),
        query in question(),
        later in prop_oneof![0..90_000_u64, 0..4_000_000_u64].prop_map(Duration::from_secs),
    ) {
        let Ok((_, early_tag)) = world.tagged(&query, None) else { return Ok(()) };
        let early = timeless(&world, &query);
        world.now = Instant::plus(world.now, later);
        let Ok((_, late_tag)) = world.tagged(&query, None) else { return Ok(()) };
        let late = timeless(&world, &query);
        let still_held = world.tagged(&query, Some(&early_tag)).unwrap().0.is_none();
        if early == late {
            // Between the two it may have been another one and come back.
            prop_assert!(early_tag == late_tag || !still_held);
        } else {
            prop_assert_ne!(&early_tag, &late_tag);
            prop_assert!(!still_held, "a stale tag was taken for good");
        }
    }
}
