//! The engine and the naive implementation agree on every figure of random worlds.

use proptest::prelude::*;
use serde_json::Value;
use tidemark_analytics::buckets::Granularity;
use tidemark_analytics::comparison::Compare;
use tidemark_analytics::window::{Bound, Span};
use tidemark_analytics::{DashboardError, DashboardQuery};
use tidemark_domain::{Instant, LocalDay, Zone};

use crate::naive::Naive;
use crate::world::{LedgerRow, Snapshot, World, day, fan, instant, model};

const ZONES: [&str; 11] = [
    "UTC",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/New_York",
    "Europe/Berlin",
    "America/Havana",
    "Africa/Cairo",
    "America/St_Johns",
    "Australia/Lord_Howe",
];

const SOURCES: [&str; 10] = [
    "subscription",
    "renewal",
    "message",
    "post",
    "mediaLink",
    "tip",
    "referral",
    "hologram",
    "refund",
    "chargeback",
];

const LAST_NOW: &str = "2026-11-22T23:59:59Z";

/// Where in its local day something happens: on the midnight, just before it, or anywhere.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Midnight,
    JustBefore,
    Within(i64),
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        Just(Moment::Midnight),
        Just(Moment::JustBefore),
        (0..86_400_000_000_i64).prop_map(Moment::Within),
    ]
}

fn at(zone: &Zone, on: LocalDay, moment: Moment) -> Instant {
    let start = zone.start_of(on).micros();
    Instant::from_micros(match moment {
        Moment::Midnight => start,
        Moment::JustBefore => start - 1,
        Moment::Within(micros) => start + micros,
    })
}

fn today(zone: &Zone, days_ago: i32) -> LocalDay {
    zone.day_of(instant(LAST_NOW)).plus_days(-days_ago)
}

prop_compose! {
    fn row(zone: &'static str)(
        days_ago in prop_oneof![-2..20_i32, -2..900_i32],
        moment in moment(),
        number in 1..=3_u128,
        source in prop::sample::select(&SOURCES[..]),
        gross in prop_oneof![Just(0), 1..5_000_i64, -200..0_i64],
        net in 0..4_000_i64,
        fan_number in prop::option::weighted(0.9, 0..6_u128),
    ) -> LedgerRow {
        let zone = Zone::parse(zone).unwrap();
        LedgerRow {
            model: model(number),
            at: at(&zone, today(&zone, days_ago), moment),
            source: source.to_owned(),
            gross: if source == "refund" { -gross } else { gross },
            net,
            fan: fan_number.map(fan),
        }
    }
}

prop_compose! {
    fn snapshot(zone: &'static str)(
        days_ago in prop_oneof![0..12_i32, 0..500_i32],
        number in 1..=3_u128,
        subscribers in 0..50_i64,
        followers in prop::option::weighted(0.7, 0..900_i64),
    ) -> Snapshot {
        let day = today(&Zone::parse(zone).unwrap(), days_ago);
        Snapshot { model: model(number), day, subscribers, followers }
    }
}

prop_compose! {
    pub fn world()(
        zone in prop::sample::select(&ZONES[..])
    )(
        zone in Just(zone),
        model_count in 1..=3_u128,
        retired in prop::bool::weighted(0.2),
        now_ago in 0..400_i32,
        now_moment in moment(),
        rows in prop::collection::vec(row(zone), 0..40),
        snapshots in prop::collection::vec(snapshot(zone), 0..30),
    ) -> World {
        let mut world = World::new(LAST_NOW, zone, model_count);
        let rules = Zone::parse(zone).unwrap();
        world.now = at(&rules, today(&rules, now_ago), now_moment);
        world.models[0].active = !(retired && model_count > 1);
        let last = model(model_count);
        world.rows = rows.into_iter().filter(|row| row.model <= last).collect();
        for snapshot in snapshots {
            let taken = |it: &Snapshot| (it.model, it.day) == (snapshot.model, snapshot.day);
            if snapshot.model <= last && !world.snapshots.iter().any(taken) {
                world.snapshots.push(snapshot);
            }
        }
        world
    }
}

fn bound(zone: &'static str) -> impl Strategy<Value = Bound> {
    let ago = prop_oneof![-10..40_i32, -10..900_i32];
    (ago, prop::option::of(moment())).prop_map(move |(days_ago, moment)| {
        let zone = Zone::parse(zone).unwrap();
        let day = today(&zone, days_ago);
        moment.map_or(Bound::Day(day), |moment| {
            Bound::Instant(at(&zone, day, moment))
        })
    })
}

fn span(zone: &'static str) -> impl Strategy<Value = Span> {
    let named = prop::sample::select(vec![7, 30, 90, 365]).prop_map(Span::LastDays);
    let dated = (prop::option::of(bound(zone)), prop::option::of(bound(zone)));
    prop_oneof![
        named,
        dated.prop_map(|(start, end)| Span::Between { start, end })
    ]
}

prop_compose! {
    pub fn question()(
        zone in prop::sample::select(&ZONES[..])
    )(
        span in span(zone),
        zone in prop::option::weighted(0.8, Just(zone)),
        model_number in prop::option::weighted(0.3, Just(1)),
        granularity in prop::option::of(prop::sample::select(
            vec![Granularity::Day, Granularity::Week, Granularity::Month]
        )),
        compare in prop::sample::select(vec![Compare::Previous, Compare::Year, Compare::None]),
    ) -> DashboardQuery {
        DashboardQuery {
            agency: None,
            model: model_number.map(model),
            span,
            zone: zone.map(|name| Zone::parse(name).unwrap()),
            granularity,
            compare,
        }
    }
}

/// Dollars of a JSON number as cents.
fn cents(number: &Value) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "test figures are small")]
    let cents = (number.as_f64().unwrap() * 100.0).round() as i64;
    cents
}

fn sum(points: &Value, member: &str) -> i64 {
    points
        .as_array()
        .unwrap()
        .iter()
        .map(|point| cents(&point[member]))
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn both_implementations_give_the_same_answer(world in world(), query in question()) {
        let answer = match world.answer_to(&query) {
            Err(DashboardError::Parameter(error)) => {
                prop_assert_eq!(error.parameter, "startDate");
                return Ok(());
            }
            answer => answer.unwrap(),
        };
        let body: Value = serde_json::from_str(&answer.to_json()).unwrap();
        let [chart, kpis, compared] = Naive::new(&world, &query).answer(&query);
        prop_assert_eq!(&body["chartData"], &chart);
        prop_assert_eq!(&body["kpiMetrics"], &kpis);
        let comparison = &body["comparison"];
        let shown = if comparison.is_null() { comparison } else { &comparison["kpiMetrics"] };
        prop_assert_eq!(shown, &compared);
        prop_assert!(world.statements_run.get() <= 3);
        prop_assert_eq!(world.clock_reads.get(), 1);
    }

    #[test]
    fn sums_and_shares_always_add_up(world in world(), query in question()) {
        let Ok(answer) = world.answer_to(&query) else { return Ok(()) };
        let body: Value = serde_json::from_str(&answer.to_json()).unwrap();
        let (chart, kpis) = (&body["chartData"], &body["kpiMetrics"]);
        prop_assert_eq!(sum(chart, "total"), cents(&kpis["totalRevenue"]));
        prop_assert_eq!(sum(chart, "transactions"), cents(&kpis["transactionCount"]));
        for point in chart.as_array().unwrap() {
            let groups = ["subscriptions", "tips", "messages", "posts", "other", "refunds"];
            let parts: i64 = groups.iter().map(|group| cents(&point[group])).sum();
            prop_assert_eq!(parts, cents(&point["total"]));
        }
        let breakdown = &body["categoryBreakdown"];
        prop_assert_eq!(sum(breakdown, "amount"), cents(&kpis["totalRevenue"]));
        prop_assert_eq!(sum(breakdown, "net"), cents(&kpis["netRevenue"]));
        let shares: Vec<i64> = breakdown.as_array().unwrap().iter()
            .map(|entry| &entry["percentage"]).filter(|share| !share.is_null()).map(cents).collect();
        let expected = if cents(&kpis["grossSales"]) > 0 { 10_000 } else { 0 };
        prop_assert_eq!(shares.iter().sum::<i64>(), expected);
        for (key, value) in kpis.as_object().unwrap() {
            if key.ends_with("Rate") && !value.is_null() {
                prop_assert!((0..=10_000).contains(&cents(value)), "{} {}", key, value);
            }
        }
    }

    #[test]
    fn models_add_up_to_the_agency(world in world(), query in question()) {
        let answer_of = |model_id| {
            let query = DashboardQuery { model: model_id, ..query.clone() };
            world.answer_to(&query).map(|answer| {
                serde_json::from_str::<Value>(&answer.to_json()).unwrap()["kpiMetrics"].clone()
            })
        };
        let Ok(agency) = answer_of(None) else { return Ok(()) };
        let parts: Vec<Value> =
            world.models.iter().filter_map(|state| answer_of(Some(state.id)).ok()).collect();
        let additive = ["totalRevenue", "grossSales", "refunds", "netRevenue", "platformFees",
            "transactionCount", "reversalCount", "messagePurchases", "postPurchases"];
        for key in additive {
            let total: i64 = parts.iter().map(|part| cents(&part[key])).sum();
            prop_assert_eq!(total, cents(&agency[key]), "{}", key);
        }
    }
}

#[test]
fn the_naive_implementation_is_itself_right_on_a_world_counted_by_hand() {
    let mut world = World::new("2026-11-22T12:00:00Z", "UTC", 1);
    world
        .sale("2026-11-21T10:00:00Z", "message", 1000, 1)
        .sale("2026-11-22T10:00:00Z", "tip", 500, 1)
        .sale("2026-11-22T11:00:00Z", "refund", -1000, 1)
        .sale("2026-11-14T10:00:00Z", "subscription", 250, 2)
        .observe(1, "2026-11-21", 4);
    let query = crate::world::query(&[("timeRange", "7d")]);
    let [chart, kpis, compared] = Naive::new(&world, &query).answer(&query);
    assert_eq!(chart.as_array().unwrap().len(), 7);
    assert_eq!(chart[6]["total"], serde_json::json!(-5));
    assert_eq!(kpis["totalRevenue"], serde_json::json!(5));
    assert_eq!(kpis["revenueGrowth"], serde_json::json!(100));
    assert_eq!(kpis["arpu"], serde_json::json!(1.25));
    assert_eq!(kpis["ltv"], serde_json::json!(3.75));
    assert_eq!(compared["totalRevenue"], serde_json::json!(2.5));
    assert_eq!(world.snapshots[0].day, day("2026-11-21"));
}
