//! Who may call what: generated from `/openapi.json` and the table of permissions, through the real
//! components.

mod foreign;

use std::collections::BTreeSet;

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use tidemark_database::testing::{TestDatabase, for_each_database};
use tidemark_tenancy::Role;
use tidemark_tenancy::permissions::{RULES, least_role};
use tidemark_tests::World;

const ROLES: [Role; 3] = [Role::Viewer, Role::Manager, Role::Owner];

/// Routes that answer everybody, and what they answer.
const OPEN: [&str; 5] = [
    "/api/health",
    "/openapi.json",
    // Signed by Fanvue.
    "/api/webhooks/fanvue",
    // An owner's browser, which is led to the sign-in page first.
    "/connect/fanvue",
    "/connect/fanvue/callback",
];

/// Routes of operators, who have no agency.
const OPERATORS: [&str; 1] = ["/metrics"];

/// A route and the parameters in which it takes ids.
#[derive(Clone, Debug)]
struct Route {
    method: Method,
    path: String,
    /// names of query parameters that hold ids
    ids: Vec<String>,
}

/// Every route: those that describe themselves, and those of the table.
async fn routes(world: &World) -> Vec<Route> {
    let document = world.json("/openapi.json").await;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let is_id = |parameter: &Value| parameter["schema"].to_string().contains("\"uuid\"");
            routes.push(Route {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                ids: parameters
                    .iter()
                    .filter(|parameter| parameter["in"] == "query" && is_id(parameter))
                    .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                    .collect(),
            });
        }
    }
    for rule in RULES {
        if !routes
            .iter()
            .any(|route| route.path == rule.path && route.method == *rule.method)
        {
            routes.push(Route {
                method: rule.method.parse().unwrap(),
                path: rule.path.to_owned(),
                ids: Vec::new(),
            });
        }
    }
    routes
}

async fn call(world: &World, route: &Route, query: &str, token: Option<&str>) -> Response {
    // Any id will do where the path asks for one: the caller's role is looked at first.
    let id = uuid::Uuid::from_u128(7).to_string();
    let path: Vec<&str> = route
        .path
        .split('/')
        .map(|segment| {
            if segment.starts_with('{') {
                id.as_str()
            } else {
                segment
            }
        })
        .collect();
    let request = world.request(route.method.clone(), &format!("{}{query}", path.join("/")));
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.unwrap()
}

fn needs_credentials(route: &Route) -> bool {
    !OPEN.contains(&route.path.as_str())
}

#[tokio::test]
async fn d140_every_route_but_the_public_ones_needs_credentials() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(50).on(database).await;
        let revoked = world.token(Role::Owner).await;
        world
            .rows("update api_tokens set revoked_at = now() where created_at = (select max(created_at) from api_tokens)")
            .await;
        for route in routes(&world).await.iter().filter(|route| needs_credentials(route)) {
            for token in [None, Some("undefined"), Some("tdm_0"), Some(revoked.expose())] {
                let status = call(&world, route, "", token).await.status();
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{route:?} {token:?}");
            }
        }
        for path in OPEN {
            let answer = world.request(Method::GET, path).send().await.unwrap();
            let body = answer.text().await.unwrap();
            assert!(!body.contains(&world.agency.to_string()), "{path}: {body}");
        }
    })
    .await;
}

#[tokio::test]
async fn d141_every_route_asks_for_the_role_of_the_table() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(50).on(database).await;
        world.sync(None).await;
        let mut seen = BTreeSet::new();
        for role in ROLES {
            let token = world.token(role).await;
            for route in routes(&world).await {
                let answer = call(&world, &route, "", Some(token.expose())).await;
                let status = answer.status();
                if OPERATORS.contains(&route.path.as_str()) {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{route:?} {role}");
                } else if needs_credentials(&route) {
                    let least = least_role(route.method.as_str(), &route.path);
                    let least = least.unwrap_or_else(|| panic!("no rule for {route:?}"));
                    seen.insert((route.path.clone(), role >= least));
                    let denied = status == StatusCode::FORBIDDEN;
                    assert_eq!(denied, role < least, "{route:?} {role}: {status}");
                    assert!(
                        denied || !status.is_server_error(),
                        "{route:?} {role}: {status}"
                    );
                }
            }
        }
        // Some are denied and some are not, or the test tells nothing.
        assert!(seen.contains(&("/api/audit".to_owned(), false)));
        assert!(seen.contains(&("/api/sync".to_owned(), false)));
        assert!(seen.contains(&("/api/audit".to_owned(), true)));
    })
    .await;
}

#[tokio::test]
async fn for_whom_a_component_acted_is_undone_before_the_next_user_of_its_connection() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(50).on(database).await;
        world.json("/api/models").await;
        for _ in 0..4 {
            let client = database.pool().get().await.unwrap();
            let state = "select current_user = session_user, current_agency() is null";
            let row = client.query_one(state, &[]).await.unwrap();
            assert_eq!((row.get(0), row.get(1)), (true, true));
        }
    })
    .await;
}

#[tokio::test]
async fn d136_tenant_data_is_private_and_never_anothers() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(50).on(database).await;
        world.sync(None).await;
        let (_, _, other) = world.another_agency().await;
        for route in routes(&world).await {
            let is_private = least_role("GET", &route.path).is_some();
            // A thing of its own must exist first; those are called with foreign ids above.
            let is_list = !route.path.contains('{');
            if route.method != Method::GET || !is_private || !is_list {
                continue;
            }
            let mine = call(&world, &route, "", Some(world.owner.expose())).await;
            assert_eq!(mine.status(), StatusCode::OK, "{route:?}");
            let caching = mine.headers()["cache-control"].to_str().unwrap().to_owned();
            assert_eq!(caching, "private, no-cache", "{route:?}");
            let tag = mine.headers()["etag"].clone();
            // Another agency with the same tag is not told that it has the same data.
            let theirs = world
                .request(Method::GET, &route.path)
                .bearer_auth(other.expose())
                .header("if-none-match", tag)
                .send()
                .await
                .unwrap();
            let differs = theirs.status() == StatusCode::OK;
            assert!(differs, "{route:?}: {}", theirs.status());
            let body = theirs.text().await.unwrap();
            assert!(
                !body.contains(&world.agency.to_string()),
                "{route:?}: {body}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn d144_a_secret_in_the_query_opens_nothing() {
    let database = TestDatabase::embedded().await;
    let world = World::with_models(1).on(&database).await;
    let secret = tidemark_tests::world::CRON_SECRET.replace(' ', "%20");
    for path in [
        "/metrics",
        "/api/cron/sync-transactions",
        "/api/cron/daily-refresh",
    ] {
        for name in ["secret", "cron_secret", "token", "key"] {
            let asked = world.request(Method::GET, &format!("{path}?{name}={secret}"));
            let status = asked.send().await.unwrap().status();
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}?{name}");
        }
    }
    let token = world.owner.expose();
    let asked = world.request(Method::GET, &format!("/api/models?token={token}"));
    assert_eq!(
        asked.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}
