//! Defects of the original system that this crate could repeat, by their number in its register.

use serde_json::{Value, json};
use tidemark_analytics::{DashboardError, definitions};

use crate::world::{World, day, model};

pub(crate) fn berlin() -> World {
    World::new("2026-11-22T12:00:00Z", "Europe/Berlin", 1)
}

pub(crate) fn kpi(world: &World, pairs: &[(&str, &str)], key: &str) -> Value {
    world.body(pairs)["kpiMetrics"][key].take()
}

pub(crate) fn chart(world: &World, pairs: &[(&str, &str)]) -> Vec<Value> {
    world.body(pairs)["chartData"].as_array().unwrap().clone()
}

/// Thousands of rows, as one response page of the original could not hold them.
fn many(world: &mut World, source: &str, gross: i64, rows: u128) {
    for number in 0..rows {
        world.sale("2026-11-20T10:00:00Z", source, gross, number % 97);
    }
}

#[test]
fn d049_golden_ratio_sampled() {
    let mut world = berlin();
    many(&mut world, "message", 1_000, 2_500);
    many(&mut world, "subscription", 500, 1_250);
    assert_eq!(kpi(&world, &[], "goldenRatio"), json!(4));
}

#[test]
fn d050_tip_average_sampled() {
    let mut world = berlin();
    many(&mut world, "tip", 100, 1_500);
    many(&mut world, "tip", 400, 1_500);
    many(&mut world, "tip", 0, 1_000);
    assert_eq!(kpi(&world, &[], "tipAverage"), json!(2.5));
}

#[test]
fn d051_message_rate_over_100_and_d052_post_rate_over_100() {
    let mut world = berlin();
    many(&mut world, "message", 100, 500);
    many(&mut world, "post", 100, 20);
    many(&mut world, "mediaLink", 100, 20);
    world.observe(1, "2026-11-20", 15);
    assert_eq!(kpi(&world, &[], "messageConversionRate"), json!(100));
    assert_eq!(kpi(&world, &[], "ppvConversionRate"), json!(20.6));
}

#[test]
fn d053_unlock_rate_constant() {
    assert!(
        definitions()
            .iter()
            .all(|definition| definition.id != "unlockRate")
    );
}

#[test]
fn d054_new_fans_limit() {
    let mut world = berlin();
    for number in 0..1_200 {
        world.sale("2026-11-20T10:00:00Z", "tip", 100, number);
    }
    for number in 0..1_193 {
        // A free trial is no first purchase; a tip long ago is.
        world.sale("2025-11-20T10:00:00Z", "tip", 100, number);
    }
    world.sale("2025-11-20T10:00:00Z", "subscription", 0, 1_199);
    assert_eq!(kpi(&world, &[], "newFans"), json!(7));
}

#[test]
fn d056_count_error_is_zero_and_d148_errors_as_zero() {
    let mut world = berlin();
    world.database_down = true;
    assert!(matches!(
        world.answer(&[]),
        Err(DashboardError::Database(_))
    ));
}

#[test]
fn d022_partial_sum_on_page_error() {
    for statement in 1..=3 {
        let mut world = berlin();
        world.sale("2026-11-20T10:00:00Z", "tip", 100, 1);
        world.fails_at = Some(statement);
        let answer = world.answer(&[]);
        assert!(
            matches!(answer, Err(DashboardError::Database(_))),
            "{statement}"
        );
    }
}

#[test]
fn d055_new_fans_header_431() {
    let mut world = berlin();
    for number in 0..2_000 {
        world.sale("2026-01-20T10:00:00Z", "tip", 100, number);
        world.sale("2026-11-20T10:00:00Z", "tip", 100, number);
    }
    assert_eq!(kpi(&world, &[], "newFans"), json!(0));
    assert!(
        world.statements_run.get() <= 3,
        "no list of fans is sent anywhere"
    );
}

#[test]
fn d067_share_over_100() {
    let mut world = World::new("2026-11-22T12:00:00Z", "Europe/Berlin", 2);
    many(&mut world, "tip", 100, 9);
    world.rows[0].model = model(2);
    world.sale("2026-01-20T10:00:00Z", "tip", 90_000, 1);
    let of = |number| {
        let only = [("modelId", model(number).to_string())];
        let only = [(only[0].0, only[0].1.as_str())];
        kpi(&world, &only, "totalRevenue")
    };
    assert_eq!((of(1), of(2)), (json!(8), json!(1)));
    assert_eq!(kpi(&world, &[], "totalRevenue"), json!(9));
}

#[test]
fn d095_time_range_unvalidated() {
    let asked = [("timeRange".to_owned(), "2d".to_owned())];
    let refused = tidemark_analytics::DashboardQuery::parse(&asked).unwrap_err();
    assert_eq!(refused.parameter, "timeRange");
}

#[test]
fn d057_ltv_is_windowed() {
    let mut world = berlin();
    world
        .sale("2024-01-05T10:00:00Z", "tip", 9_000, 1)
        .sale("2024-01-06T10:00:00Z", "tip", 500, 2)
        .sale("2024-01-07T10:00:00Z", "refund", -500, 2)
        .sale("2026-11-20T10:00:00Z", "tip", 1_000, 1);
    assert_eq!(kpi(&world, &[("timeRange", "7d")], "ltv"), json!(50));
    let earlier = [("startDate", "2024-01-01"), ("endDate", "2024-01-05")];
    assert_eq!(kpi(&world, &earlier, "ltv"), json!(90));
}

#[test]
fn d058_arpu_time_mismatch_and_d059_subscribers_always_current() {
    let mut world = berlin();
    world
        .sale("2026-10-02T10:00:00Z", "tip", 6_000, 1)
        .observe(1, "2026-10-01", 10)
        .observe(1, "2026-10-03", 20)
        .observe(1, "2026-11-22", 500);
    let october = [("startDate", "2026-10-01"), ("endDate", "2026-10-31")];
    assert_eq!(kpi(&world, &october, "arpu"), json!(4));
    assert_eq!(kpi(&world, &october, "activeSubscribers"), json!(20));
    assert_eq!(
        kpi(&world, &[("timeRange", "7d")], "activeSubscribers"),
        json!(500)
    );
    let before = [("startDate", "2026-09-01"), ("endDate", "2026-09-30")];
    assert_eq!(kpi(&world, &before, "activeSubscribers"), Value::Null);
    assert_eq!(kpi(&world, &before, "arpu"), Value::Null);
}

#[test]
fn d060_growth_zero_without_base() {
    let mut world = berlin();
    world.sale("2026-11-20T10:00:00Z", "tip", 1_000, 1);
    assert_eq!(
        kpi(&world, &[("timeRange", "7d")], "revenueGrowth"),
        Value::Null
    );
    assert_eq!(
        kpi(&world, &[("timeRange", "all")], "revenueGrowth"),
        Value::Null
    );
    assert_eq!(
        world.body(&[("timeRange", "all")])["comparison"],
        Value::Null
    );
}

#[test]
fn d061_growth_boundary_twice_and_d094_inclusive_end() {
    let mut world = berlin();
    world.sale("2026-11-15T23:00:00Z", "tip", 1_000, 1);
    let week = [("startDate", "2026-11-16"), ("endDate", "2026-11-22")];
    let body = world.body(&week);
    assert_eq!(body["kpiMetrics"]["totalRevenue"], 10);
    assert_eq!(body["comparison"]["kpiMetrics"]["totalRevenue"], 0);
    let before = [("startDate", "2026-11-15"), ("endDate", "2026-11-15")];
    assert_eq!(kpi(&world, &before, "totalRevenue"), json!(0));
}

#[test]
fn d062_growth_shown_as_new_fans() {
    let mut world = berlin();
    world.sale("2026-11-10T10:00:00Z", "tip", 1_000, 1).sale(
        "2026-11-20T10:00:00Z",
        "tip",
        5_000,
        2,
    );
    let body = world.body(&[("timeRange", "7d")]);
    assert_eq!(body["kpiMetrics"]["newFans"], 1);
    assert_eq!(body["comparison"]["kpiMetrics"]["newFans"], 1);
    assert_eq!(body["kpiMetrics"]["revenueGrowth"], 400);
}

#[test]
fn d063_sent_means_purchased() {
    let body = berlin().body(&[]);
    let keys = body["kpiMetrics"].as_object().unwrap().keys();
    assert!(keys.clone().all(|key| !key.to_lowercase().contains("sent")));
    assert!(keys.clone().any(|key| key == "messagePurchases"));
}

#[test]
fn d064_counts_ignore_filter() {
    let mut world = World::new("2026-11-22T12:00:00Z", "Europe/Berlin", 2);
    many(&mut world, "message", 100, 3);
    world.rows[0].model = model(2);
    let of = |number| {
        kpi(
            &world,
            &[("modelId", &model(number).to_string())],
            "messagePurchases",
        )
    };
    assert_eq!((of(1), of(2)), (json!(2), json!(1)));
}

#[test]
fn d065_stack_smaller_than_total() {
    let mut world = berlin();
    for source in ["referral", "appStore", "hologram"] {
        world.sale("2026-11-20T10:00:00Z", source, 100, 1);
    }
    let points = chart(
        &world,
        &[("startDate", "2026-11-20"), ("endDate", "2026-11-20")],
    );
    assert_eq!(
        (&points[0]["other"], &points[0]["total"]),
        (&json!(3), &json!(3))
    );
}

#[test]
fn d066_shares_not_100() {
    let mut world = berlin();
    for source in ["tip", "post", "message"] {
        world.sale("2026-11-20T10:00:00Z", source, 100, 1);
    }
    let body = world.body(&[]);
    let shares: Vec<_> = (0..3)
        .map(|position| body["categoryBreakdown"][position]["percentage"].clone())
        .collect();
    assert_eq!(shares, [json!(33.4), json!(33.3), json!(33.3)]);
}

#[test]
fn d068_audience_gap_is_zero_and_d069_audience_bucket_max_and_d070_audience_invented() {
    let mut world = berlin();
    world
        .observe(1, "2026-11-10", 90)
        .observe(1, "2026-11-13", 30);
    let daily = chart(
        &world,
        &[("startDate", "2026-11-09"), ("endDate", "2026-11-14")],
    );
    let levels: Vec<_> = daily
        .iter()
        .map(|point| point["subscribers"].clone())
        .collect();
    assert_eq!(
        levels,
        [
            Value::Null,
            json!(90),
            json!(90),
            json!(90),
            json!(30),
            json!(30)
        ]
    );
    let weekly = [
        ("startDate", "2026-11-09"),
        ("endDate", "2026-11-22"),
        ("granularity", "week"),
    ];
    assert_eq!(chart(&world, &weekly)[0]["subscribers"], json!(30));
}

#[test]
fn derived_levels_count_like_observed_ones_and_say_what_they_are() {
    let mut world = berlin();
    world
        .sale("2026-11-10T10:00:00Z", "tip", 6_000, 1)
        .derive(1, "2026-11-10", 10)
        .derive(1, "2026-11-11", 20)
        .observe(1, "2026-11-12", 30);
    let window = [("startDate", "2026-11-09"), ("endDate", "2026-11-12")];
    let told: Vec<_> = chart(&world, &window)
        .iter()
        .map(|point| {
            let members = ["subscribers", "followers", "audienceDerived"];
            members.map(|member| point[member].clone())
        })
        .collect();
    let unknown = Value::Null;
    assert_eq!(
        told,
        [
            [unknown.clone(), unknown.clone(), json!(false)],
            [json!(10), unknown.clone(), json!(true)],
            [json!(20), unknown, json!(true)],
            [json!(30), json!(300), json!(false)],
        ]
    );
    assert_eq!(kpi(&world, &window, "arpu"), json!(3));
    assert_eq!(kpi(&world, &window, "activeSubscribers"), json!(30));
    assert_eq!(world.body(&window)["meta"]["audienceDerived"], true);
    let seen = [("startDate", "2026-11-12"), ("endDate", "2026-11-12")];
    assert_eq!(world.body(&seen)["meta"]["audienceDerived"], false);
}

#[test]
fn d073_all_time_pseudo_point() {
    let body = berlin().body(&[("timeRange", "all")]);
    assert_eq!(body["chartData"], json!([]));
    assert_eq!(body["meta"]["coverage"]["complete"], true);
}

#[test]
fn d074_granularity_labels_and_d089_labels_as_join_keys() {
    let mut world = berlin();
    world.sale("2025-11-20T10:00:00Z", "tip", 100, 1);
    for granularity in ["day", "week", "month"] {
        let points = chart(&world, &[("timeRange", "1y"), ("granularity", granularity)]);
        let dates: Vec<_> = points
            .iter()
            .map(|point| day(point["date"].as_str().unwrap()))
            .collect();
        assert!(dates.is_sorted() && dates.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(dates[0], day("2025-11-23"));
    }
}
