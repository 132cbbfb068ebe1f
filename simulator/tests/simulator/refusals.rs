use std::time::Duration;

use tidemark_simulator::{API_VERSION, ApiRequest};
use uuid::Uuid;

use crate::support::{Scene, answer_of, config, members};

#[test]
fn a_request_without_a_token_is_401() {
    let mut scene = Scene::new();
    let request = ApiRequest::get("/users/me").with_header("X-Fanvue-API-Version", API_VERSION);
    let (status, body) = answer_of(&scene.send(&request));
    assert_eq!(status, 401);
    assert_eq!(members(&body), ["error"]);
}

#[test]
fn an_unknown_and_a_refresh_token_are_401() {
    let mut scene = Scene::new();
    let refresh_token = scene.world.agency_grant(scene.now).refresh_token;
    for token in ["", "nonsense", &refresh_token] {
        let response = scene.send(&ApiRequest::api("/users/me", token));
        assert_eq!(answer_of(&response).0, 401, "{token}");
    }
}

#[test]
fn a_token_expires_after_its_lifetime() {
    let lifetime = Duration::from_secs(90);
    let mut scene = Scene::with(&config().with_access_token_lifetime(lifetime));
    scene.wait(Duration::from_micros(89_999_999));
    assert_eq!(scene.get("/users/me").status, 200);
    scene.wait(Duration::from_micros(1));
    let (status, body) = answer_of(&scene.get("/users/me"));
    assert_eq!(status, 401);
    assert_eq!(body["error"], "access token expired");
}

#[test]
fn a_missing_or_unknown_version_is_400_with_error_and_message() {
    let mut scene = Scene::new();
    let bearer = format!("Bearer {}", scene.token);
    let without = ApiRequest::get("/users/me").with_header("Authorization", &bearer);
    let unknown = without
        .clone()
        .with_header("x-fanvue-api-version", "2024-01-01");
    for request in [without, unknown] {
        let (status, body) = answer_of(&scene.send(&request));
        assert_eq!(status, 400);
        assert_eq!(members(&body), ["error", "message"]);
    }
}

#[test]
fn a_creator_cannot_list_creators() {
    let mut scene = Scene::new();
    scene.become_creator(0);
    let (status, body) = answer_of(&scene.get("/creators"));
    assert_eq!(status, 403);
    assert_eq!(members(&body), ["error"]);
}

#[test]
fn the_own_account_on_a_twin_is_404_and_the_personal_path_works() {
    let mut scene = Scene::new();
    scene.become_creator(0);
    for prefix in ["", "/v1"] {
        let twin = scene.twin(0, "/insights/earnings");
        let (status, body) = answer_of(&scene.get(&format!("{prefix}{twin}")));
        assert_eq!(status, 404);
        assert_eq!(members(&body), ["message"]);
        assert_eq!(
            scene.get(&format!("{prefix}/insights/earnings")).status,
            200
        );
    }
}

#[test]
fn a_personal_path_answers_for_the_token_owner_only() {
    let mut scene = Scene::new();
    let own = scene.world.totals().models[1].figures.sales;
    assert!(scene.walk("/insights/earnings").is_empty());
    scene.become_creator(1);
    assert_eq!(scene.walk("/insights/earnings?size=50").len(), own);
}

#[test]
fn a_creator_that_is_not_managed_is_403() {
    let mut scene = Scene::new();
    let stranger = format!("/creators/{}/insights/earnings", Uuid::nil());
    let (status, body) = answer_of(&scene.get(&stranger));
    assert_eq!(status, 403);
    assert_eq!(members(&body), ["error"]);

    scene.become_creator(0);
    let colleague = scene.twin(1, "/insights/earnings");
    assert_eq!(scene.get(&colleague).status, 403);
}

#[test]
fn a_malformed_uuid_in_the_path_is_400_with_a_message() {
    let mut scene = Scene::new();
    let (status, body) = answer_of(&scene.get("/creators/17/insights/earnings"));
    assert_eq!(status, 400);
    assert_eq!(members(&body), ["message"]);
}

#[test]
fn an_unknown_path_or_verb_is_404_with_a_message() {
    let mut scene = Scene::new();
    let twin_without = scene.twin(0, "/chats/unread");
    for path in [
        "/",
        "/insights",
        "/v1/creators",
        "/creators/17",
        "/v2/users/me",
        &twin_without,
    ] {
        let (status, body) = answer_of(&scene.get(path));
        assert_eq!(status, 404, "{path}");
        assert_eq!(members(&body), ["message"]);
    }
    let mut post = ApiRequest::api("/users/me", &scene.token);
    post.method = "POST".parse().unwrap();
    assert_eq!(scene.send(&post).status, 404);
}

#[test]
fn the_token_is_checked_before_the_version_and_the_path() {
    let mut scene = Scene::new();
    let response = scene.send(&ApiRequest::get("/no/such/path"));
    assert_eq!(answer_of(&response).0, 401);
}

#[test]
fn revoked_grants_are_401() {
    let mut scene = Scene::new();
    assert_eq!(scene.world.revoke_tokens(), 1);
    let (status, body) = answer_of(&scene.get("/users/me"));
    assert_eq!(status, 401);
    assert_eq!(body["error"], "access token was revoked");
}

#[test]
fn the_agency_and_its_creators_know_who_they_are() {
    let mut scene = Scene::new();
    let agency = scene.read("/v1/users/me");
    assert_eq!(agency["isCreator"], false);
    assert_eq!(agency["uuid"], scene.world.agency_id().to_string());
    assert!(
        agency["roles"]
            .as_array()
            .unwrap()
            .contains(&"agency".into())
    );
    scene.become_creator(2);
    let creator = scene.read("/users/me");
    assert_eq!(creator["uuid"], scene.model(2).to_string());
    assert_eq!(creator["isCreator"], true);
    assert!(creator.get("roles").is_none());
}
