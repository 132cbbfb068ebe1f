use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tidemark_simulator::{LedgerRow, Micros, NewSale, Source};

use crate::support::{Scene, answer_of, config};

fn summary(scene: &mut Scene, query: &str) -> Value {
    let path = scene.twin(0, &format!("/insights/earnings/summary?{query}"));
    scene.read(&path)
}

fn sales(scene: &Scene) -> Vec<LedgerRow> {
    let rows = scene.world.ledger(scene.model(0)).unwrap();
    rows.into_iter()
        .filter(|row| !row.source.is_reversal())
        .collect()
}

fn add(part: &Value, sum: &mut (i64, i64)) {
    sum.0 += part["gross"].as_i64().unwrap();
    sum.1 += part["net"].as_i64().unwrap();
}

#[test]
fn all_time_is_the_sum_of_the_sales_without_reversals() {
    let mut scene = Scene::new();
    let figures = scene.world.totals().models[0].figures;
    assert_ne!(figures.sales_gross_cents, figures.gross_cents);
    let summary = summary(&mut scene, "");
    assert_eq!(
        summary["totals"]["allTime"]["gross"],
        figures.sales_gross_cents
    );
    assert_eq!(summary["totals"]["allTime"]["net"], figures.sales_net_cents);
}

#[test]
fn breakdown_and_over_time_each_add_up_to_the_sales_of_the_range() {
    let mut scene = Scene::new();
    let (start, end) = ("2026-09-01T00:00:00.000Z", "2026-10-15T12:00:00.000Z");
    let (from, until) = (Micros::parse(start).unwrap(), Micros::parse(end).unwrap());
    let expected = sales(&scene)
        .iter()
        .filter(|row| from <= row.occurred_at && row.occurred_at < until)
        .fold((0, 0), |sum, row| {
            (sum.0 + row.gross_cents, sum.1 + row.net_cents)
        });
    assert_ne!(expected, (0, 0));

    for zone in ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"] {
        for granularity in ["day", "week"] {
            let query = format!(
                "startDate={start}&endDate={end}&timezone={zone}&granularity={granularity}"
            );
            let summary = summary(&mut scene, &query);
            let mut by_source = (0, 0);
            for part in summary["breakdownBySource"].as_object().unwrap().values() {
                add(part, &mut by_source);
            }
            let mut over_time = (0, 0);
            for bucket in summary["overTime"].as_array().unwrap() {
                add(bucket, &mut over_time);
            }
            assert_eq!(by_source, expected, "{query}");
            assert_eq!(over_time, expected, "{query}");
        }
    }
}

#[test]
fn the_summary_of_every_day_is_the_sum_of_that_day() {
    let mut scene = Scene::new();
    let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in sales(&scene) {
        let day = row.occurred_at.to_string()[..10].to_owned();
        let sum = expected.entry(day).or_default();
        sum.0 += row.gross_cents;
        sum.1 += row.net_cents;
    }
    let summary = summary(&mut scene, "");
    let buckets = summary["overTime"].as_array().unwrap();
    for bucket in buckets {
        let day = &bucket["periodStart"].as_str().unwrap()[..10];
        let mut sum = (0, 0);
        add(bucket, &mut sum);
        assert_eq!(sum, expected.remove(day).unwrap_or_default(), "{day}");
    }
    assert!(expected.is_empty());
    let last = buckets.last().unwrap();
    assert_eq!(last["periodStart"], "2026-11-22T00:00:00+00:00");
}

#[test]
fn days_are_cut_in_the_zone_asked_for() {
    let mut scene = Scene::with(&config().with_transactions(0));
    let mut sale = NewSale::new(Source::Tip, 500);
    sale.occurred_at = Micros::parse("2026-11-20T23:30:00Z");
    scene
        .world
        .append_sale(scene.model(0), &sale, scene.now)
        .unwrap();
    let end = "endDate=2026-11-21T10:00:00.000Z";
    let berlin = summary(&mut scene, &format!("{end}&timezone=Europe/Berlin"));
    assert_eq!(
        berlin["overTime"][0]["periodStart"],
        "2026-11-21T00:00:00+01:00"
    );
    assert_eq!(berlin["averageByHourOfDay"]["0"], 500);
    assert_eq!(berlin["averageByDayOfWeek"]["6"], 500);
    let utc = summary(&mut scene, end);
    assert_eq!(
        utc["overTime"][0]["periodStart"],
        "2026-11-20T00:00:00+00:00"
    );
    assert_eq!(utc["averageByHourOfDay"]["23"], 250);
    assert_eq!(utc["averageByDayOfWeek"]["5"], 500);
}

#[test]
fn weeks_start_on_monday() {
    let mut scene = Scene::new();
    let summary = summary(&mut scene, "granularity=week");
    let last = summary["overTime"].as_array().unwrap().last().unwrap();
    assert_eq!(last["periodStart"], "2026-11-16T00:00:00+00:00");
}

#[test]
fn months_are_compared_and_a_month_without_sales_has_no_growth() {
    let mut scene = Scene::with(&config().with_transactions(0));
    let append = |scene: &mut Scene, date: &str, cents: i64| {
        let mut sale = NewSale::new(Source::Tip, cents);
        sale.occurred_at = Micros::parse(date);
        scene
            .world
            .append_sale(scene.model(0), &sale, scene.now)
            .unwrap();
    };
    append(&mut scene, "2026-11-05T00:00:00Z", 300);
    let month = summary(&mut scene, "")["totals"]["thisMonth"].clone();
    assert_eq!(
        (&month["gross"], &month["previousMonthGross"]),
        (&300.into(), &0.into())
    );
    assert!(month["grossChangePercentage"].is_null());

    append(&mut scene, "2026-10-05T00:00:00Z", 200);
    append(&mut scene, "2026-09-30T23:59:59Z", 900);
    let month = summary(&mut scene, "")["totals"]["thisMonth"].clone();
    assert_eq!(month["previousMonthGross"], 200);
    assert_eq!(month["grossChangePercentage"], 50.0);
}

#[test]
fn the_period_echoes_the_query() {
    let mut scene = Scene::new();
    let summary = summary(
        &mut scene,
        "startDate=2026-11-01T00:00:00.000Z&granularity=week",
    );
    assert_eq!(
        summary["period"],
        serde_json::json!({
            "startDate": "2026-11-01T00:00:00.000Z",
            "endDate": null,
            "granularity": "week",
            "timezone": "UTC",
        })
    );
}

#[test]
fn an_unknown_zone_or_granularity_is_refused() {
    let mut scene = Scene::new();
    for query in ["timezone=Mars/Olympus", "granularity=month"] {
        let path = scene.twin(0, &format!("/insights/earnings/summary?{query}"));
        let (status, body) = answer_of(&scene.get(&path));
        assert_eq!(status, 400);
        assert_eq!(body["errors"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn both_families_and_the_personal_path_agree() {
    let mut scene = Scene::new();
    let twin = scene.twin(0, "/insights/earnings/summary");
    let unversioned = scene.read(&twin);
    assert_eq!(scene.read(&format!("/v1{twin}")), unversioned);
    scene.become_creator(0);
    assert_eq!(scene.read("/insights/earnings/summary"), unversioned);
}

#[test]
fn the_agency_itself_has_an_empty_summary() {
    let summary = Scene::new().read("/insights/earnings/summary");
    assert_eq!(summary["totals"]["allTime"]["gross"], 0);
    assert_eq!(summary["overTime"].as_array().unwrap().len(), 0);
}

#[test]
fn with_the_cache_a_new_sale_shows_after_ten_minutes() {
    let mut scene = Scene::with(&config().with_transactions(0).with_summary_cache(true));
    let gross = |scene: &mut Scene| summary(scene, "")["totals"]["allTime"]["gross"].clone();
    assert_eq!(gross(&mut scene), 0);
    let sale = NewSale::new(Source::Tip, 500);
    scene
        .world
        .append_sale(scene.model(0), &sale, scene.now)
        .unwrap();
    scene.wait(Duration::from_mins(10) - Duration::from_micros(1));
    assert_eq!(gross(&mut scene), 0);
    scene.wait(Duration::from_micros(1));
    assert_eq!(gross(&mut scene), 500);
}

#[test]
fn without_the_cache_a_new_sale_shows_at_once() {
    let mut scene = Scene::with(&config().with_transactions(0));
    assert_eq!(summary(&mut scene, "")["totals"]["allTime"]["gross"], 0);
    let sale = NewSale::new(Source::Tip, 500);
    scene
        .world
        .append_sale(scene.model(0), &sale, scene.now)
        .unwrap();
    assert_eq!(summary(&mut scene, "")["totals"]["allTime"]["gross"], 500);
}
