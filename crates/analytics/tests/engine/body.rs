//! The body's shape, its entity tag, and the answers that are errors.

use serde_json::{Value, json};
use tidemark_analytics::{DashboardError, definitions};
use tidemark_domain::AgencyId;
use tidemark_ports::SqlError;
use uuid::Uuid;

use crate::world::{AGENCY, World, instant, model};

fn small_world() -> World {
    let mut world = World::new("2026-11-22T12:00:00Z", "Europe/Berlin", 1);
    world
        .sale("2026-11-22T09:00:00Z", "message", 1999, 1)
        .sale("2026-11-21T09:00:00Z", "chargeback", -500, 2)
        .sale("2026-11-19T09:00:00Z", "tip", 1000, 1)
        .observe(1, "2026-11-21", 15);
    world
}

fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn the_body_is_the_one_of_the_contract() {
    let body = small_world().body(&[("startDate", "2026-11-21"), ("endDate", "2026-11-22")]);
    assert_eq!(
        body["chartData"],
        json!([
            {"date": "2026-11-21", "subscriptions": 0, "tips": 0, "messages": 0, "posts": 0,
             "other": 0, "refunds": -5, "total": -5,
             "net": {"subscriptions": 0, "tips": 0, "messages": 0, "posts": 0, "other": 0,
                     "refunds": -4, "total": -4}, "transactions": 0, "subscribers": 15,
             "followers": 150, "audienceDerived": false, "partial": false},
            {"date": "2026-11-22", "subscriptions": 0, "tips": 0, "messages": 19.99, "posts": 0,
             "other": 0, "refunds": 0, "total": 19.99,
             "net": {"subscriptions": 0, "tips": 0, "messages": 15.99, "posts": 0, "other": 0,
                     "refunds": 0, "total": 15.99}, "transactions": 1, "subscribers": 15,
             "followers": 150, "audienceDerived": false, "partial": true},
        ])
    );
    assert_eq!(
        body["categoryBreakdown"],
        json!([
            {"category": "message", "amount": 19.99, "net": 15.99, "percentage": 100,
             "transactionCount": 1},
            {"category": "chargeback", "amount": -5, "net": -4, "percentage": null,
             "transactionCount": 1},
        ])
    );
    assert_eq!(
        body["meta"],
        json!({
            "agencyId": AGENCY.to_string(), "modelId": null,
            "startDate": "2026-11-21", "endDate": "2026-11-22", "timezone": "Europe/Berlin",
            "granularity": "day", "currency": "USD", "definitions": 1,
            "audienceDerived": false,
            "freshness": {
                "transactions": {"asOf": "2026-11-22T12:00:00.000Z", "ageSeconds": 0,
                                 "maxAgeSeconds": 900, "state": "fresh"},
                "audience": {"asOf": "2026-11-22T12:00:00.000Z", "ageSeconds": 0,
                             "maxAgeSeconds": 300, "state": "fresh"},
            },
            "coverage": {"complete": true, "completeSince": "2018-01-01T00:00:00.000Z",
                         "models": [{"modelId": model(1).to_string(), "state": "complete"}]},
        })
    );
    assert_eq!(body["comparison"]["startDate"], "2026-11-19");
    assert_eq!(body["comparison"]["endDate"], "2026-11-20");
    assert_eq!(body["comparison"]["kpiMetrics"]["totalRevenue"], 10);
    assert_eq!(body["kpiMetrics"]["revenueGrowth"], 49.9);
}

#[test]
fn members_keep_the_order_of_the_contract() {
    let text = small_world().answer(&[]).unwrap().to_json();
    let mut position = 0;
    let metrics = definitions().iter().map(|definition| definition.id);
    let members = ["chartData", "kpiMetrics"].into_iter().chain(metrics);
    for member in members.chain(["categoryBreakdown", "meta", "freshness", "coverage"]) {
        let found = text[position..].find(&format!("\"{member}\":"));
        position += found.unwrap_or_else(|| panic!("{member} is out of order"));
    }
}

#[test]
fn the_comparison_has_the_same_metrics_and_none_is_null() {
    let body = small_world().body(&[]);
    let metrics = keys(&body["kpiMetrics"]);
    assert_eq!(keys(&body["comparison"]["kpiMetrics"]), metrics);
    assert!(body["comparison"]["kpiMetrics"]["revenueGrowth"].is_null());
    let without = small_world().body(&[("compare", "none")]);
    assert!(without["comparison"].is_null() && without.get("comparison").is_some());
    assert!(without["kpiMetrics"]["revenueGrowth"].is_null());
}

#[test]
fn what_is_not_the_callers_is_not_found() {
    let world = small_world();
    let stranger = AgencyId::new(Uuid::from_u128(0xB)).to_string();
    assert_eq!(
        world.answer(&[("agencyId", &stranger)]),
        Err(DashboardError::UnknownAgency)
    );
    assert_eq!(world.statements_run.get(), 0);
    assert!(world.answer(&[("agencyId", &AGENCY.to_string())]).is_ok());
    let unknown = model(9).to_string();
    assert_eq!(
        world.answer(&[("modelId", &unknown)]),
        Err(DashboardError::UnknownModel)
    );
}

#[test]
fn an_answer_takes_three_statements_and_one_look_at_the_clock() {
    let world = small_world();
    world
        .answer(&[("timeRange", "all"), ("compare", "year")])
        .unwrap();
    assert_eq!(
        (world.statements_run.get(), world.clock_reads.get()),
        (3, 1)
    );
}

#[test]
fn coverage_and_freshness_tell_unread_models_apart() {
    let mut world = World::new("2026-11-22T12:00:00Z", "UTC", 3);
    world.models[1].ledger = Some((instant("2026-05-01T00:00:00Z"), world.now));
    world.models[2].ledger = None;
    let meta = world.body(&[])["meta"].take();
    let states: Vec<_> = (0..3)
        .map(|position| meta["coverage"]["models"][position]["state"].clone())
        .collect();
    assert_eq!(states, ["complete", "backfilling", "never"]);
    assert_eq!(meta["coverage"]["complete"], false);
    assert!(meta["coverage"]["completeSince"].is_null());
    let transactions = &meta["freshness"]["transactions"];
    assert_eq!(transactions["state"], "never");
    assert!(transactions["asOf"].is_null() && transactions["ageSeconds"].is_null());

    let older = (
        instant("2018-01-01T00:00:00Z"),
        instant("2026-11-22T11:00:00Z"),
    );
    world.models[2].ledger = Some(older);
    let meta = world.body(&[])["meta"].take();
    assert_eq!(
        meta["coverage"]["completeSince"],
        "2026-05-01T00:00:00.000Z"
    );
    assert_eq!(meta["coverage"]["complete"], false);
    assert_eq!(meta["freshness"]["transactions"]["ageSeconds"], 3600);
}

#[test]
fn a_retired_model_keeps_its_revenue_but_no_longer_ages_the_data() {
    let mut world = small_world();
    world.models.push(
        World::new("2026-11-22T12:00:00Z", "UTC", 2)
            .models
            .remove(1),
    );
    world.models[0].active = false;
    world.models[0].ledger = Some((world.now, instant("2026-01-01T00:00:00Z")));
    let body = world.body(&[]);
    assert_eq!(body["kpiMetrics"]["totalRevenue"], 24.99);
    assert_eq!(body["meta"]["freshness"]["transactions"]["state"], "fresh");
    assert_eq!(
        body["meta"]["coverage"]["models"].as_array().unwrap().len(),
        1
    );
    let alone = world.body(&[("modelId", &model(1).to_string())]);
    assert_eq!(alone["meta"]["freshness"]["transactions"]["state"], "stale");
}

#[test]
fn an_agency_without_models_has_measured_no_sale_and_knows_no_audience() {
    let world = World::new("2026-11-22T12:00:00Z", "UTC", 0);
    let body = world.body(&[]);
    assert_eq!(body["kpiMetrics"]["totalRevenue"], 0);
    assert!(body["kpiMetrics"]["activeSubscribers"].is_null());
    assert_eq!(body["meta"]["freshness"]["audience"]["state"], "never");
    assert_eq!(body["meta"]["coverage"]["complete"], false);
}

#[test]
fn a_database_that_is_down_is_an_error() {
    let world = World {
        database_down: true,
        ..small_world()
    };
    assert!(matches!(
        world.answer(&[]),
        Err(DashboardError::Database(SqlError::Unreachable(_)))
    ));
}
