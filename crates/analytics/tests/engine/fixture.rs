//! The acceptance fixture: the figures that the original system's authors reported for three
//! creators, constructed row by row so that every exact figure holds at once.

use serde_json::{Value, json};
use tidemark_domain::Instant;

use crate::world::{LedgerRow, Snapshot, World, day, fan, model};

/// 2025-11-01T00:00:00Z; the rows spread over the year that follows.
const BEGINNING: i64 = 1_761_955_200_000_000;
const HOURS: i64 = 3_600_000_000;

/// A category of one creator: rows, of which so many without an amount, and their gross in cents.
struct Part {
    model_number: u128,
    source: &'static str,
    rows: i64,
    free: i64,
    gross: i64,
}

const PARTS: [Part; 7] = [
    part(1, "tip", 51, 0, 91_421),
    part(1, "post", 100, 0, 95_800),
    part(1, "message", 336, 0, 1_010_050),
    part(1, "subscription", 1_900, 1_650, 60_000),
    part(1, "renewal", 654, 0, 56_824),
    part(2, "subscription", 475, 300, 47_546),
    part(3, "subscription", 1, 0, 999),
];

const fn part(model_number: u128, source: &'static str, rows: i64, free: i64, gross: i64) -> Part {
    Part {
        model_number,
        source,
        rows,
        free,
        gross,
    }
}

/// Cents over rows: equal amounts, the rest on the first rows.
fn amount(part: &Part, position: i64) -> i64 {
    let paid = part.rows - part.free;
    if position >= paid {
        return 0;
    }
    part.gross / paid + i64::from(position < part.gross % paid)
}

pub fn fixture() -> World {
    let mut world = World::new("2026-11-22T12:00:00Z", "Europe/Berlin", 3);
    let mut paid_rows = 0;
    for part in &PARTS {
        for position in 0..part.rows {
            let gross = amount(part, position);
            let sequence = i64::try_from(world.rows.len()).unwrap();
            let buyer = if gross > 0 {
                paid_rows % 726
            } else {
                10_000 + sequence
            };
            paid_rows += i64::from(gross > 0);
            world.rows.push(LedgerRow {
                model: model(part.model_number),
                at: Instant::from_micros(BEGINNING + sequence * 5 / 2 * HOURS),
                source: part.source.to_owned(),
                gross,
                // 85, 83 and 80 % as Fanvue's own examples; no constant share.
                net: gross * [85, 83, 80, 72][usize::try_from(sequence).unwrap() % 4] / 100,
                fan: Some(fan(u128::try_from(buyer).unwrap())),
            });
        }
    }
    let net: i64 = world.rows.iter().map(|row| row.net).sum();
    world.rows[0].net += 1_088_811 - net;
    for (number, subscribers, followers) in [(1, 12, 2_300), (2, 2, 40), (3, 1, 3)] {
        for on in ["2026-11-20", "2026-11-21", "2026-11-22"] {
            world.snapshots.push(Snapshot {
                model: model(number),
                day: day(on),
                subscribers,
                followers: Some(followers),
            });
        }
    }
    world
}

fn kpis(pairs: &[(&str, &str)]) -> Value {
    fixture().body(pairs)["kpiMetrics"].take()
}

#[test]
fn the_fixture_has_the_reported_rows_and_creators() {
    let world = fixture();
    let of = |number| {
        let rows = world
            .rows
            .iter()
            .filter(move |row| row.model == model(number));
        (rows.clone().count(), rows.map(|row| row.gross).sum::<i64>())
    };
    assert_eq!(of(1), (3_041, 1_314_095));
    assert_eq!(of(2), (475, 47_546));
    assert_eq!(of(3), (1, 999));
    assert_eq!(
        world.rows.iter().filter(|row| row.gross == 0).count(),
        1_950
    );
    let shares = world
        .rows
        .iter()
        .filter(|row| row.gross > 0)
        .map(|row| row.net * 100 / row.gross);
    assert!(shares.collect::<std::collections::BTreeSet<_>>().len() > 3);
}

#[test]
fn all_time_gives_the_reported_figures_by_the_contracts_definitions() {
    assert_eq!(kpis(&[("timeRange", "all")]), reported());
}

/// The KPIs of all time.
pub fn reported() -> Value {
    json!({
        "totalRevenue": 13626.40, "grossSales": 13626.40, "refunds": 0,
        "netRevenue": 10888.11, "platformFees": 2738.29,
        "transactionCount": 3517, "reversalCount": 0,
        "payers": 726, "newFans": 726, "activeSubscribers": 15,
        "arpu": 908.43, "arppu": 18.77, "ltv": 18.77,
        "messageConversionRate": 46.3, "ppvConversionRate": 13.8,
        "tipAverage": 17.93, "goldenRatio": 7.24,
        "messagePurchases": 336, "postPurchases": 100, "revenueGrowth": null
    })
}

#[test]
fn each_creator_has_its_own_share_of_the_figures() {
    for (number, revenue, count) in [(1, 13140.95, 3041), (2, 475.46, 475), (3, 9.99, 1)] {
        let kpis = kpis(&[
            ("timeRange", "all"),
            ("modelId", &model(number).to_string()),
        ]);
        assert_eq!(kpis["totalRevenue"], json!(revenue));
        assert_eq!(kpis["transactionCount"], json!(count));
    }
}

#[test]
fn the_breakdown_adds_up_to_the_total_and_to_one_hundred() {
    let body = fixture().body(&[("timeRange", "all")]);
    let shown: Vec<_> = body["categoryBreakdown"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            (
                entry["category"].as_str().unwrap(),
                entry["amount"].clone(),
                entry["percentage"].clone(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("message", json!(10100.50), json!(74.1)),
            ("subscription", json!(1085.45), json!(8)),
            ("post", json!(958), json!(7)),
            ("tip", json!(914.21), json!(6.7)),
            ("renewal", json!(568.24), json!(4.2)),
        ]
    );
}
