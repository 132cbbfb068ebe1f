//! Browsers: signing in and out, what other sites may make them do, and how often they may fail.

use reqwest::{Method, Response, StatusCode};
use serde_json::json;
use tidemark_database::testing::{TestDatabase, for_each_database};
use tidemark_tenancy::Role;
use tidemark_tests::World;

async fn sign_in(world: &World, token: &str) -> Response {
    let path = format!("/login?token={token}");
    world.request(Method::GET, &path).send().await.unwrap()
}

/// `name=value` of the cookie that an answer sets.
fn cookie_of(response: &Response) -> String {
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn signing_in_leads_away_from_the_token_and_signing_out_ends_the_session() {
    for_each_database(async |database| {
        let world = World::with_models(1).on(database).await;
        let answer = sign_in(&world, world.owner.expose()).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("location"), "/");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        let cookie = header("set-cookie");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let session = cookie_of(&answer);
        let models = async || {
            let request = world.request(Method::GET, "/api/models");
            request
                .header("cookie", &session)
                .send()
                .await
                .unwrap()
                .status()
        };
        assert_eq!(models().await, StatusCode::OK);
        let leave = world
            .request(Method::POST, "/logout")
            .header("cookie", &session);
        let left = leave.header("sec-fetch-site", "same-origin").send().await;
        assert_eq!(left.unwrap().status(), StatusCode::SEE_OTHER);
        assert_eq!(models().await, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn another_sites_page_changes_nothing_with_the_cookie() {
    let database = TestDatabase::embedded().await;
    let world = World::with_models(1).transactions(20).on(&database).await;
    let session = cookie_of(&sign_in(&world, world.owner.expose()).await);
    let sync = async |headers: &[(&str, &str)]| {
        let mut request = world
            .request(Method::POST, "/api/sync")
            .header("cookie", &session);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.json(&json!({})).send().await.unwrap().status()
    };
    for foreign in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ] {
        assert_eq!(sync(foreign).await, StatusCode::FORBIDDEN, "{foreign:?}");
    }
    assert_eq!(world.count("select count(*) from job_steps").await, 0);
    let own = world.url.clone();
    assert_eq!(sync(&[("origin", &own)]).await, StatusCode::OK);
    assert_eq!(
        sync(&[("sec-fetch-site", "same-origin")]).await,
        StatusCode::OK
    );
    // A program with a token names itself and is no browser.
    let program = world
        .request(Method::POST, "/api/sync")
        .bearer_auth(world.owner.expose())
        .header("origin", "https://elsewhere.example");
    assert_eq!(program.send().await.unwrap().status(), StatusCode::OK);
    // Leaving a session against its user's will is a change, too.
    let leave = world
        .request(Method::POST, "/logout")
        .header("cookie", &session);
    assert_eq!(leave.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_fails_too_often_waits_and_others_do_not() {
    let database = TestDatabase::embedded().await;
    let world = World::with_models(1).on(&database).await;
    for _ in 0..5 {
        let failed = sign_in(&world, "tdm_00000000guess").await;
        assert_eq!(failed.headers()["location"], "/login?error=1");
    }
    let refused = sign_in(&world, "tdm_00000000guess").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    let owner = sign_in(&world, world.owner.expose()).await;
    assert_eq!(owner.headers()["location"], "/");
}

#[tokio::test]
async fn an_aged_session_gets_another_id_with_an_answer() {
    let database = TestDatabase::embedded().await;
    let world = World::with_models(1).on(&database).await;
    let session = cookie_of(&sign_in(&world, world.owner.expose()).await);
    let models = async |cookie: &str| {
        let request = world
            .request(Method::GET, "/api/models")
            .header("cookie", cookie);
        request.send().await.unwrap()
    };
    assert!(!models(&session).await.headers().contains_key("set-cookie"));
    world
        .rows("update sessions set issued_at = now() - interval '61 minutes'")
        .await;
    let renewed = cookie_of(&models(&session).await);
    assert_ne!(renewed, session);
    assert_eq!(models(&renewed).await.status(), StatusCode::OK);
    // What was under way with the former one is still answered.
    assert_eq!(models(&session).await.status(), StatusCode::OK);
    world
        .rows("update sessions set expires_at = now() where replaced_at is not null")
        .await;
    assert_eq!(models(&session).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn owners_read_who_did_what() {
    let database = TestDatabase::embedded().await;
    let world = World::with_models(1).on(&database).await;
    sign_in(&world, world.owner.expose()).await;
    world.token(Role::Viewer).await;
    let first = world.json("/api/audit?limit=2").await;
    let entries = first["entries"].as_array().unwrap();
    assert_eq!(entries[0]["action"], "token.created");
    assert_eq!(entries[0]["detail"], json!({"role": "viewer"}));
    assert_eq!(entries[1]["action"], "sign-in.succeeded");
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = world
        .json(&format!("/api/audit?limit=50&cursor={cursor}"))
        .await;
    assert_eq!(second["entries"][1]["action"], "agency.created");
    assert_eq!(second["nextCursor"], serde_json::Value::Null);
}
