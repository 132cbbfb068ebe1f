//! The one endpoint and the page, through the real components.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use tidemark_database::testing::for_each_database;
use tidemark_tests::World;

/// Exact cents of a JSON amount in dollars.
fn cents(amount: &Value) -> i64 {
    let text = amount.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let fraction: i64 = format!("{fraction:0<2}").parse().unwrap();
    whole.parse::<i64>().unwrap() * 100 + sign * fraction
}

#[tokio::test]
async fn the_total_equals_fanvues_own_ledger_to_the_cent() {
    for_each_database(async |database| {
        let world = World::with_models(3).transactions(3_500).on(database).await;
        world.sync(None).await;
        let mut gross = 0;
        let mut net = 0;
        for model in world.simulator.models() {
            let rows = world.simulator.ledger(model.id).unwrap();
            let of_model: i64 = rows.iter().map(|row| row.gross_cents).sum();
            let path = format!(
                "/api/analytics/dashboard?timeRange=all&modelId={}",
                model.id
            );
            let dashboard = world.json(&path).await;
            assert_eq!(cents(&dashboard["kpiMetrics"]["totalRevenue"]), of_model);
            gross += of_model;
            net += rows.iter().map(|row| row.net_cents).sum::<i64>();
        }
        let dashboard = world.json("/api/analytics/dashboard?timeRange=all").await;
        assert_eq!(cents(&dashboard["kpiMetrics"]["totalRevenue"]), gross);
        assert_eq!(cents(&dashboard["kpiMetrics"]["netRevenue"]), net);
    })
    .await;
}

#[tokio::test]
async fn d086_the_chart_adds_up_to_the_total_in_every_zone() {
    for_each_database(async |database| {
        let world = World::with_models(2).transactions(1_000).on(database).await;
        world.sync(None).await;
        for zone in [
            "Pacific/Kiritimati",
            "America/New_York",
            "Asia/Kathmandu",
            "UTC",
        ] {
            for range in ["7d", "30d", "90d", "1y", "all"] {
                let path = format!("/api/analytics/dashboard?timeRange={range}&tz={zone}");
                let dashboard = world.json(&path).await;
                let points = dashboard["chartData"].as_array().unwrap();
                let sum: i64 = points.iter().map(|point| cents(&point["total"])).sum();
                let total = cents(&dashboard["kpiMetrics"]["totalRevenue"]);
                assert_eq!(sum, total, "{zone} {range}");
                assert_eq!(points.last().unwrap()["partial"], true, "{zone} {range}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn freshness_is_never_before_the_first_sync_and_fresh_after_it() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(60).on(database).await;
        let before = world.json("/api/analytics/dashboard").await;
        assert_eq!(
            before["meta"]["freshness"]["transactions"]["state"],
            "never"
        );
        world.sync(None).await;
        let after = world.json("/api/analytics/dashboard").await;
        assert_eq!(after["meta"]["freshness"]["transactions"]["state"], "fresh");
        assert_eq!(after["meta"]["coverage"]["complete"], true);
        assert_eq!(after["meta"]["freshness"]["audience"]["state"], "never");
        world.step("daily-refresh", None).await;
        let counted = world.json("/api/analytics/dashboard").await;
        assert_eq!(counted["meta"]["freshness"]["audience"]["state"], "fresh");
        assert!(counted["kpiMetrics"]["activeSubscribers"].is_i64());
    })
    .await;
}

#[tokio::test]
async fn an_unchanged_dashboard_is_answered_304() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(60).on(database).await;
        world.sync(None).await;
        let path = "/api/analytics/dashboard?timeRange=all&compare=none";
        let first = world.get(path).send().await.unwrap();
        assert_eq!(first.headers()["cache-control"], "private, no-cache");
        let etag = first.headers()["etag"].clone();
        let again = world
            .get(path)
            .header("if-none-match", etag)
            .send()
            .await
            .unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    })
    .await;
}

#[tokio::test]
async fn wrong_requests_get_a_true_status_that_names_the_fault() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(10).on(database).await;
        let stranger = uuid::Uuid::from_u128(7);
        for (path, status, field) in [
            (
                "/api/analytics/dashboard?timeRange=2d".to_owned(),
                400,
                Some("timeRange"),
            ),
            (
                "/api/analytics/dashboard?tz=Mars/Olympus".to_owned(),
                400,
                Some("tz"),
            ),
            (
                "/api/analytics/dashboard?startDate=2026-02-02&endDate=2026-02-01".to_owned(),
                400,
                Some("startDate"),
            ),
            (
                format!("/api/analytics/dashboard?agencyId={stranger}"),
                404,
                None,
            ),
            (
                format!("/api/analytics/dashboard?modelId={stranger}"),
                404,
                None,
            ),
            ("/api/nonsense".to_owned(), 404, None),
        ] {
            let response = world.get(&path).send().await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["error"]["field"].as_str(), field, "{path}: {body}");
        }
        let anonymous = world
            .request(Method::GET, "/api/analytics/dashboard")
            .send()
            .await
            .unwrap();
        assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);
        let posted = world
            .request(Method::POST, "/api/models")
            .send()
            .await
            .unwrap();
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    })
    .await;
}

#[tokio::test]
async fn a_browser_signs_in_by_link_and_out_again() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(10).on(database).await;
        let page = world
            .request(Method::GET, "/?timeRange=7d")
            .send()
            .await
            .unwrap();
        assert_eq!(page.headers()["location"], "/login?next=/?timeRange=7d");
        let link = format!("/login?token={}", world.owner.expose());
        let signed_in = world.request(Method::GET, &link).send().await.unwrap();
        assert_eq!(signed_in.status(), StatusCode::SEE_OTHER);
        let cookie = signed_in.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let get = |path: &str| {
            world
                .request(Method::GET, path)
                .header("cookie", &cookie)
                .send()
        };
        let page = get("/").await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        assert!(
            page.headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("'self'")
        );
        assert_eq!(get("/api/models").await.unwrap().status(), StatusCode::OK);
        let out = world
            .request(Method::POST, "/logout")
            .header("cookie", &cookie)
            .header("sec-fetch-site", "same-origin")
            .send();
        assert_eq!(out.await.unwrap().headers()["location"], "/login");
        assert_eq!(
            get("/api/models").await.unwrap().status(),
            StatusCode::UNAUTHORIZED
        );
        let wrong = world
            .request(Method::GET, "/login?token=tdm_wrong")
            .send()
            .await
            .unwrap();
        assert_eq!(wrong.headers()["location"], "/login?error=1");
    })
    .await;
}
