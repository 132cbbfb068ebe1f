//! The team's routes and checks, through the real component.

use std::sync::Arc;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tidemark_database::testing::for_each_database;
use tidemark_domain::{AgencyId, Instant, Secret, Zone};
use tidemark_ports::Clock as _;
use tidemark_tenancy::{Role, agency, token};
use tidemark_tests::World;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use uuid::Uuid;

/// Asks as the bearer of a token; the status and the JSON, null for none.
async fn ask(
    world: &World,
    token: &Secret,
    (method, path): (Method, &str),
    body: Option<Value>,
) -> (StatusCode, Value) {
    let mut request = world.request(method, path).bearer_auth(token.expose());
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn post(world: &World, path: &str, body: Value) -> (StatusCode, Value) {
    ask(world, &world.owner, (Method::POST, path), Some(body)).await
}

async fn patch(world: &World, path: &str, body: Value) -> (StatusCode, Value) {
    ask(world, &world.owner, (Method::PATCH, path), Some(body)).await
}

async fn csv(world: &World, path: &str, file: &str) -> (StatusCode, Value) {
    let request = world
        .request(Method::POST, path)
        .bearer_auth(world.owner.expose())
        .header("content-type", "text/csv")
        .body(file.to_owned());
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn member(world: &World, name: &str) -> String {
    let (status, member) = post(world, "/api/team/members", json!({"displayName": name})).await;
    assert_eq!(status, StatusCode::CREATED, "{member}");
    member["memberId"].as_str().unwrap().to_owned()
}

fn hours_from_now(world: &World, hours: i64) -> String {
    let now = world.platform.now().micros() / 1_000_000 * 1_000_000;
    Instant::from_micros(now + hours * 3_600_000_000).to_string()
}

/// A place that alerts go to: its base, and what was sent there.
async fn channel() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let received: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            // The body is one JSON object, and no brace stands in the head.
            while !request.ends_with(b"}") && !request.ends_with(b"}\r\n0\r\n\r\n") {
                let mut chunk = [0; 4_096];
                match stream.read(&mut chunk).await {
                    Ok(length) if length > 0 => request.extend_from_slice(&chunk[..length]),
                    _ => break,
                }
            }
            kept.lock().await.push(String::from_utf8(request).unwrap());
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(answer).await;
        }
    });
    (base, received)
}

#[tokio::test]
async fn a_missed_shift_is_scored_told_and_settled_by_a_late_clock_in() {
    for_each_database(async |database| {
        let (base, received) = channel().await;
        let world = World::with_models(1)
            .transactions(20)
            .alert_base_url(base.clone());
        let world = world.on(database).await;
        let ana = member(&world, "Ana <Admin>").await;
        let destination =
            json!({"kind": "webhook", "name": "ops", "url": format!("{base}/hook/secret")});
        let (status, destination) =
            post(&world, "/api/team/alerts/destinations", destination).await;
        assert_eq!(status, StatusCode::CREATED, "{destination}");
        assert!(!destination.to_string().contains("secret"));
        let shift = json!({
            "memberId": ana,
            "startsAt": hours_from_now(&world, -3),
            "endsAt": hours_from_now(&world, 5),
        });
        let (status, shift) = post(&world, "/api/team/shifts", shift).await;
        assert_eq!(status, StatusCode::CREATED, "{shift}");
        world.step("check-late-shifts", None).await;
        world.step("check-late-shifts", None).await;
        let path = format!("/api/team/shifts/{}", shift["shiftId"].as_str().unwrap());
        assert_eq!(world.json(&path).await["state"], "missed");
        let board = world.json("/api/team/leaderboard?period=month").await;
        assert_eq!(board["places"][0]["totalPoints"], -50);
        let alerts = world.json("/api/team/alerts").await;
        assert_eq!(alerts["alerts"].as_array().unwrap().len(), 1);
        assert_eq!(alerts["alerts"][0]["deliveries"][0]["state"], "sent");
        let told = received.lock().await.clone();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("POST /hook/secret") && told[0].contains("missed a shift"));

        let (status, clocked) = post(&world, "/api/team/clock-in", json!({"memberId": ana})).await;
        assert_eq!(status, StatusCode::CREATED, "{clocked}");
        let (status, _) = post(&world, "/api/team/clock-in", json!({"memberId": ana})).await;
        assert_eq!(status, StatusCode::CONFLICT);
        world.step("check-late-shifts", None).await;
        let settled = world.json(&path).await;
        assert_eq!(settled["state"], "late_resolved");
        assert_eq!(settled["minutesLate"], 180);
        let board = world.json("/api/team/leaderboard").await;
        assert_eq!(board["places"][0]["totalPoints"], -10);
        let (status, out) = post(&world, "/api/team/clock-out", json!({"memberId": ana})).await;
        assert_eq!(status, StatusCode::OK);
        assert!(out["clockIns"][0]["clockedOutAt"].is_string());
    })
    .await;
}

#[tokio::test]
async fn d158_a_clock_in_picks_no_shift_of_another_time() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let ana = member(&world, "Ana").await;
        for (from, to) in [(7 * 24, 7 * 24 + 8), (1, 3), (-20, -12)] {
            let shift = json!({
                "memberId": ana,
                "startsAt": hours_from_now(&world, from),
                "endsAt": hours_from_now(&world, to),
            });
            let (status, shift) = post(&world, "/api/team/shifts", shift).await;
            assert_eq!(status, StatusCode::CREATED, "{shift}");
            let by_id = json!({"shiftId": shift["shiftId"]});
            let (status, _) = post(&world, "/api/team/clock-in", by_id).await;
            assert_eq!(status, StatusCode::CONFLICT);
        }
        let (status, _) = post(&world, "/api/team/clock-in", json!({"memberId": ana})).await;
        assert_eq!(status, StatusCode::CONFLICT);
        // About to begin.
        let now = world.platform.now().micros();
        let soon = |minutes: i64| Instant::from_micros(now + minutes * 60_000_000).to_string();
        let shift = json!({"memberId": ana, "startsAt": soon(14), "endsAt": soon(50)});
        let (_, shift) = post(&world, "/api/team/shifts", shift).await;
        let (status, clocked) = post(&world, "/api/team/clock-in", json!({"memberId": ana})).await;
        assert_eq!(status, StatusCode::CREATED, "{clocked}");
        assert_eq!(clocked["shiftId"], shift["shiftId"]);
    })
    .await;
}

#[tokio::test]
async fn another_agencys_ids_are_404_and_roles_are_kept() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let platform = &world.platform;
        let other = AgencyId::new(Uuid::new_v4());
        let zone = Zone::parse("Europe/Berlin").unwrap();
        agency::create(platform, other, "Red Hour", &zone, platform.now())
            .await
            .unwrap();
        let stranger = token::create(platform, other, Role::Owner, platform.now())
            .await
            .unwrap();
        let token_of = async |role| {
            token::create(platform, world.agency, role, platform.now())
                .await
                .unwrap()
        };
        let (viewer, manager) = (token_of(Role::Viewer).await, token_of(Role::Manager).await);
        let ana = member(&world, "Ana").await;
        let shift = json!({
            "memberId": ana,
            "startsAt": hours_from_now(&world, 1),
            "endsAt": hours_from_now(&world, 2),
        });
        let (_, planned) = post(&world, "/api/team/shifts", shift.clone()).await;
        let paths = [
            format!("/api/team/members/{ana}"),
            format!("/api/team/shifts/{}", planned["shiftId"].as_str().unwrap()),
        ];
        for path in &paths {
            for (method, body) in [
                (Method::GET, None),
                (Method::PATCH, Some(json!({}))),
                (Method::DELETE, None),
            ] {
                let (status, _) = ask(&world, &stranger, (method, path), body).await;
                assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            }
            let (status, _) = ask(&world, &viewer, (Method::GET, path), None).await;
            assert_eq!(status, StatusCode::OK);
            let (status, _) = ask(&world, &viewer, (Method::DELETE, path), None).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
            let (status, _) = ask(&world, &manager, (Method::PATCH, path), Some(json!({}))).await;
            assert_eq!(status, StatusCode::OK);
        }
        let foreign = ask(
            &world,
            &stranger,
            (Method::POST, "/api/team/shifts"),
            Some(shift),
        );
        let (status, error) = foreign.await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (StatusCode::BAD_REQUEST, &json!("memberId"))
        );
        let (status, list) = ask(&world, &stranger, (Method::GET, "/api/team/shifts"), None).await;
        assert_eq!((status, &list["shifts"]), (StatusCode::OK, &json!([])));
        let rules = world.json("/api/team/rules").await["defaults"].clone();
        let new = json!({"rules": rules});
        for (token, expected) in [
            (&manager, StatusCode::FORBIDDEN),
            (&world.owner, StatusCode::CREATED),
        ] {
            let path = (Method::POST, "/api/team/rules");
            let (status, _) = ask(&world, token, path, Some(new.clone())).await;
            assert_eq!(status, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_requests_are_refused_by_name() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let ana = member(&world, "Ana").await;
        let (from, to) = (hours_from_now(&world, 1), hours_from_now(&world, 2));
        let shift = |member: &str, from: &str, to: &str| {
            json!({"memberId": member, "startsAt": from, "endsAt": to})
        };
        for (path, body, field) in [
            ("/api/team/members", json!({}), json!("displayName")),
            ("/api/team/members", json!({"displayName": "a\u{0}"}), json!("displayName")),
            ("/api/team/members", json!({"displayName": "B", "timezone": "Mars"}), json!("timezone")),
            ("/api/team/members", json!({"displayName": 7}), Value::Null),
            ("/api/team/members", json!({"displayName": "B", "nickname": "C"}), Value::Null),
            ("/api/team/shifts", shift(&ana, &to, &from), json!("endsAt")),
            ("/api/team/shifts", shift(&Uuid::new_v4().to_string(), &from, &to), json!("memberId")),
            ("/api/team/clock-in", json!({}), json!("shiftId")),
            (
                "/api/team/alerts/destinations",
                json!({"kind": "slack", "name": "x", "url": "https://127.0.0.1/services/x"}),
                json!("url"),
            ),
        ] {
            let (status, error) = post(&world, path, body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {error}");
            assert_eq!(error["error"]["field"], field, "{path} {error}");
        }
        let (_, first) = post(&world, "/api/team/shifts", shift(&ana, &from, &to)).await;
        let (status, error) = post(&world, "/api/team/shifts", shift(&ana, &from, &to)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let id = first["shiftId"].as_str().unwrap();
        assert!(error["error"]["message"].as_str().unwrap().contains(id));
        for query in ["from=x", "limit=0", "cursor=zz", "from=2026-02-02&to=2026-01-01", "what=1"] {
            let response = world.get(&format!("/api/team/shifts?{query}")).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
        }
        let nobody = world.request(Method::GET, "/api/team/members").send().await.unwrap();
        assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
        let put = world.request(Method::PUT, "/api/team/members").send().await.unwrap();
        assert_eq!(put.status(), StatusCode::METHOD_NOT_ALLOWED);
        let empty = csv(&world, "/api/team/shifts/import?dryRun=true", "").await;
        assert_eq!(empty.0, StatusCode::BAD_REQUEST);
        let large = csv(&world, "/api/team/shifts/import", &"x".repeat(1024 * 1024 + 1)).await;
        assert_eq!(large.0, StatusCode::PAYLOAD_TOO_LARGE);
    })
    .await;
}

#[tokio::test]
async fn a_file_is_imported_whole_or_not_at_all_and_each_bad_line_is_told() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        world.sync(None).await;
        let models = world.json("/api/models").await;
        let handle = models["models"][0]["handle"].as_str().unwrap();
        let members = "display_name,role\nAna,chatter\nBea,\n";
        let (status, report) = csv(&world, "/api/team/members/import", members).await;
        assert_eq!(
            (status, &report["imported"]),
            (StatusCode::OK, &json!(2)),
            "{report}"
        );
        let bad = format!(
            "member,model,starts_at,ends_at\n\
             Ana,@{handle},2026-11-22 09:00,2026-11-22 17:00\n\
             Ana,,2026-11-22 16:00,2026-11-22 18:00\n\
             Cem,,2026-11-22 09:00,2026-11-22 17:00\n\
             Bea,nobody,2026-11-22 09:00,2026-11-22 17:00\n\
             Bea,,2026-03-29 02:30,2026-03-29 08:00\n"
        );
        let (status, report) = csv(&world, "/api/team/shifts/import?dryRun=true", &bad).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        let lines = report["badLines"].as_array().unwrap();
        let told: Vec<(i64, &str)> = lines
            .iter()
            .map(|line| {
                (
                    line["line"].as_i64().unwrap(),
                    line["field"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (3, "starts_at"),
                (4, "member"),
                (5, "model"),
                (6, "starts_at")
            ]
        );
        let (status, _) = csv(&world, "/api/team/shifts/import", &bad).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.count("select count(*) from shifts").await, 0);
        let good = format!(
            "member,model,starts_at,ends_at,notes\n\
             Ana,{handle},2026-11-22 09:00,2026-11-22 17:00,\"cake, please\"\n\
             bea,,2026-11-22T08:00:00Z,2026-11-22T16:00:00Z,\n"
        );
        let (status, report) = csv(&world, "/api/team/shifts/import", &good).await;
        assert_eq!(
            (status, &report["imported"]),
            (StatusCode::OK, &json!(2)),
            "{report}"
        );
        let (_, again) = csv(&world, "/api/team/shifts/import?dryRun=true", &good).await;
        assert_eq!(again["badLines"].as_array().unwrap().len(), 2);
        let listed = world
            .json("/api/team/shifts?from=2026-11-22&to=2026-11-22&limit=1")
            .await;
        assert_eq!(listed["shifts"][0]["startsAt"], "2026-11-22T08:00:00.000Z");
        let cursor = listed["nextCursor"].as_str().unwrap();
        let next =
            format!("/api/team/shifts?from=2026-11-22&to=2026-11-22&limit=1&cursor={cursor}");
        let next = world.json(&next).await;
        assert_eq!(next["nextCursor"], Value::Null);
        assert_ne!(next["shifts"][0]["shiftId"], listed["shifts"][0]["shiftId"]);
        let posts = format!("member,model,planned_at\nAna,{handle},2026-11-22 12:00\n");
        let (status, report) = csv(&world, "/api/team/posts/import", &posts).await;
        assert_eq!(
            (status, &report["imported"]),
            (StatusCode::OK, &json!(1)),
            "{report}"
        );
    })
    .await;
}

#[tokio::test]
async fn fanvues_own_posts_confirm_plans_and_other_rules_are_tried_before_they_hold() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(20).on(database).await;
        world.sync(None).await;
        let ana = member(&world, "Ana").await;
        let models = world.json("/api/models").await;
        let model = &models["models"][0]["modelId"];
        let plan = json!({
            "memberId": ana, "modelId": model, "plannedAt": hours_from_now(&world, -5),
        });
        let (status, plan) = post(&world, "/api/team/posts", plan).await;
        assert_eq!(status, StatusCode::CREATED, "{plan}");
        let report = world.step("check-missed-posts", None).await;
        assert!(report.api_calls > 0, "{report:?}");
        let path = format!("/api/team/posts/{}", plan["postId"].as_str().unwrap());
        let judged = world.json(&path).await;
        let is_confirmed = judged["fanvuePostId"].is_string();
        assert_eq!(judged["state"] == "missed", !is_confirmed, "{judged}");
        let (status, _) = patch(&world, &path, json!({"postedAt": plan["plannedAt"]})).await;
        assert_eq!(status, StatusCode::OK);
        world.step("check-missed-posts", None).await;
        assert_eq!(world.json(&path).await["state"], "on_time");
        let mut rules = world.json("/api/team/rules").await["current"].clone();
        rules["postOnTime"] = json!(50);
        let proposal = json!({"rules": rules, "days": 7});
        let (status, preview) = post(&world, "/api/team/rules/preview", proposal).await;
        assert_eq!(status, StatusCode::OK, "{preview}");
        assert_eq!(preview["members"][0]["current"]["points"], 5);
        assert_eq!(preview["members"][0]["proposed"]["points"], 50);
        assert_eq!(world.count("select count(*) from score_rules").await, 0);
    })
    .await;
}
