use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tidemark_simulator::{ALL_SCOPES, ApiRequest, ApiResponse, ClientCredentials};

use crate::support::{Scene, answer_of, config};

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "https://tidemark.example/connect/fanvue/callback";

fn authorization<'value>() -> BTreeMap<&'static str, &'value str> {
    BTreeMap::from([
        ("response_type", "code"),
        ("client_id", "tidemark-simulated-client"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid offline_access read:self read:creator"),
        ("state", "state-of-the-session"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("auto", "1"),
    ])
}

fn authorize(scene: &mut Scene, parameters: &BTreeMap<&str, &str>) -> ApiResponse {
    let pairs: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (*name, *value))
        .collect();
    let encoded = String::from_utf8(ApiRequest::form("/", &pairs).body).unwrap();
    scene.send(&ApiRequest::get(&format!("/oauth2/auth?{encoded}")))
}

/// What the redirect carries.
fn carried(response: &ApiResponse) -> BTreeMap<String, String> {
    assert_eq!(response.status, 302);
    let location = response.header("Location").unwrap();
    let (address, query) = location.split_once('?').unwrap();
    assert_eq!(address, REDIRECT);
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn code(scene: &mut Scene) -> String {
    carried(&authorize(scene, &authorization()))["code"].clone()
}

fn exchange(code: &str) -> BTreeMap<&'static str, &str> {
    BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("client_id", "tidemark-simulated-client"),
        ("code_verifier", VERIFIER),
    ])
}

fn post(scene: &mut Scene, form: &BTreeMap<&str, &str>) -> (u16, Value) {
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, *value)).collect();
    let request =
        ApiRequest::form("/oauth2/token", &pairs).with_basic_auth(&ClientCredentials::default());
    answer_of(&scene.send(&request))
}

fn refresh(scene: &mut Scene, token: &str) -> (u16, Value) {
    post(
        scene,
        &BTreeMap::from([("grant_type", "refresh_token"), ("refresh_token", token)]),
    )
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

#[test]
fn a_code_is_exchanged_for_tokens_that_work() {
    let mut scene = Scene::new();
    let response = authorize(&mut scene, &authorization());
    let carried = carried(&response);
    assert_eq!(carried["state"], "state-of-the-session");
    let (status, body) = post(&mut scene, &exchange(&carried["code"]));
    assert_eq!(status, 200);
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 3_600);
    assert_eq!(
        body["scope"],
        "offline_access openid read:creator read:self"
    );
    scene.token = text(&body["access_token"]).to_owned();
    assert_eq!(scene.get("/users/me").status, 200);
    let renewed = refresh(&mut scene, text(&body["refresh_token"]));
    assert_eq!(renewed.0, 200);
}

#[test]
fn a_scope_that_was_not_granted_is_403() {
    let mut scene = Scene::new();
    let code = code(&mut scene);
    let (_, body) = post(&mut scene, &exchange(&code));
    scene.token = text(&body["access_token"]).to_owned();
    let path = scene.twin(0, "/insights/earnings");
    let (status, body) = answer_of(&scene.get(&path));
    assert_eq!(status, 403);
    assert_eq!(body["error"], "missing scope read:insights");
}

#[test]
fn without_offline_access_there_is_no_refresh_token() {
    let mut scene = Scene::new();
    let mut parameters = authorization();
    parameters.insert("scope", "read:self");
    let code = carried(&authorize(&mut scene, &parameters))["code"].clone();
    let (status, body) = post(&mut scene, &exchange(&code));
    assert_eq!(status, 200);
    assert!(body.get("refresh_token").is_none());
}

#[test]
fn another_account_can_be_chosen() {
    let mut scene = Scene::new();
    let model = scene.model(1).to_string();
    let mut parameters = authorization();
    parameters.insert("account", &model);
    let code = carried(&authorize(&mut scene, &parameters))["code"].clone();
    let (_, body) = post(&mut scene, &exchange(&code));
    scene.token = text(&body["access_token"]).to_owned();
    assert_eq!(scene.read("/users/me")["uuid"], model.as_str());
}

#[test]
fn the_page_asks_before_it_redirects() {
    let mut scene = Scene::new();
    let mut parameters = authorization();
    parameters.remove("auto");
    parameters.insert("state", "\"><script>");
    let response = authorize(&mut scene, &parameters);
    assert_eq!(response.status, 200);
    let page = String::from_utf8(response.body).unwrap();
    assert!(page.contains("Allow"));
    assert!(page.contains("read:creator"));
    assert!(page.contains("&quot;&gt;&lt;script&gt;"));
    assert!(!page.contains("<script>"));
}

#[test]
fn the_person_can_say_no() {
    let mut scene = Scene::new();
    let mut parameters = authorization();
    parameters.insert("auto", "deny");
    let carried = carried(&authorize(&mut scene, &parameters));
    assert_eq!(carried["error"], "access_denied");
    assert_eq!(carried["state"], "state-of-the-session");
}

#[test]
fn an_unknown_client_or_address_is_not_redirected() {
    let mut scene = Scene::with(&config().with_redirect_uris(vec![REDIRECT.to_owned()]));
    assert_eq!(authorize(&mut scene, &authorization()).status, 302);
    for (name, value) in [
        ("client_id", "somebody"),
        ("redirect_uri", "https://elsewhere.example/"),
        ("redirect_uri", ""),
    ] {
        let mut parameters = authorization();
        parameters.insert(name, value);
        let response = authorize(&mut scene, &parameters);
        assert!(response.status.is_client_error(), "{name} {value}");
        assert!(response.header("Location").is_none());
    }
}

#[test]
fn other_mistakes_reach_the_client_through_the_redirect() {
    let mut scene = Scene::new();
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("state", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("scope", "read:self read:subscribers", "invalid_scope"),
        ("account", "nobody", "invalid_request"),
    ] {
        let mut parameters = authorization();
        parameters.insert(name, value);
        let carried = carried(&authorize(&mut scene, &parameters));
        assert_eq!(carried["error"], error, "{name}");
        assert!(!carried.contains_key("code"));
    }
}

#[test]
fn the_exchange_needs_the_right_verifier_and_address() {
    let mut scene = Scene::new();
    let code = code(&mut scene);
    let other_verifier = VERIFIER.replace('d', "e");
    for (name, value, error) in [
        ("code_verifier", other_verifier.as_str(), "invalid_grant"),
        ("code_verifier", "too-short", "invalid_request"),
        (
            "redirect_uri",
            "https://elsewhere.example/",
            "invalid_grant",
        ),
        ("code", "unknown", "invalid_grant"),
        ("grant_type", "password", "unsupported_grant_type"),
    ] {
        let mut form = exchange(&code);
        form.insert(name, value);
        let (status, body) = post(&mut scene, &form);
        assert_eq!(status, 400, "{name}");
        assert_eq!(body["error"], error, "{name}");
    }
    assert_eq!(post(&mut scene, &exchange(&code)).0, 200);
}

#[test]
fn every_member_of_the_exchange_is_needed() {
    let mut scene = Scene::new();
    let code = code(&mut scene);
    for name in ["grant_type", "code", "redirect_uri", "code_verifier"] {
        let mut form = exchange(&code);
        form.remove(name);
        let (status, body) = post(&mut scene, &form);
        assert_eq!(
            (status, text(&body["error"])),
            (400, "invalid_request"),
            "{name}"
        );
    }
}

#[test]
fn a_code_used_twice_revokes_what_it_gave() {
    let mut scene = Scene::new();
    let code = code(&mut scene);
    let (_, first) = post(&mut scene, &exchange(&code));
    let (status, body) = post(&mut scene, &exchange(&code));
    assert_eq!((status, text(&body["error"])), (400, "invalid_grant"));
    scene.token = text(&first["access_token"]).to_owned();
    assert_eq!(scene.get("/users/me").status, 401);
}

#[test]
fn a_code_expires_after_ten_minutes() {
    let mut scene = Scene::new();
    let code = code(&mut scene);
    scene.wait(Duration::from_mins(10));
    let (status, body) = post(&mut scene, &exchange(&code));
    assert_eq!((status, text(&body["error"])), (400, "invalid_grant"));
}

#[test]
fn the_client_may_authenticate_in_the_body() {
    let mut scene = Scene::new();
    let token = scene.world.agency_grant(scene.now).refresh_token;
    let client = ClientCredentials::default();
    let request = ApiRequest::form(
        "/oauth2/token",
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", &token),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ],
    );
    assert_eq!(scene.send(&request).status, 200);
}

#[test]
fn a_wrong_or_missing_client_is_401() {
    let mut scene = Scene::new();
    let token = scene.world.agency_grant(scene.now).refresh_token;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
    ];
    let wrong = ClientCredentials {
        secret: "guess".to_owned(),
        ..ClientCredentials::default()
    };
    let without = ApiRequest::form("/oauth2/token", &fields);
    let with_wrong = without.clone().with_basic_auth(&wrong);
    let contradicting = [fields[0], fields[1], ("client_id", "somebody")];
    let contradicting = ApiRequest::form("/oauth2/token", &contradicting)
        .with_basic_auth(&ClientCredentials::default());
    for request in [without, with_wrong, contradicting] {
        let (status, body) = answer_of(&scene.send(&request));
        assert_eq!((status, text(&body["error"])), (401, "invalid_client"));
    }
}

#[test]
fn only_a_form_is_accepted() {
    let mut scene = Scene::new();
    let mut request = ApiRequest::form("/oauth2/token", &[("grant_type", "refresh_token")])
        .with_basic_auth(&ClientCredentials::default());
    request.headers.retain(|(name, _)| name != "Content-Type");
    let (status, body) = answer_of(&scene.send(&request));
    assert_eq!((status, text(&body["error"])), (400, "invalid_request"));
}

#[test]
fn a_refresh_rotates_both_tokens() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    let (status, body) = refresh(&mut scene, &grant.refresh_token);
    assert_eq!(status, 200);
    assert_ne!(body["refresh_token"], grant.refresh_token.as_str());
    assert_ne!(body["access_token"], grant.access_token.as_str());
    let granted: Vec<&str> = text(&body["scope"]).split(' ').collect();
    assert_eq!(granted.len(), ALL_SCOPES.len());
    scene.token = text(&body["access_token"]).to_owned();
    assert_eq!(scene.get("/users/me").status, 200);
}

#[test]
fn a_just_used_refresh_token_may_be_retried_for_30_seconds() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    let (_, first) = refresh(&mut scene, &grant.refresh_token);
    scene.wait(Duration::from_secs(30));
    let (status, second) = refresh(&mut scene, &grant.refresh_token);
    assert_eq!(status, 200);
    for answer in [first, second] {
        scene.token = text(&answer["access_token"]).to_owned();
        assert_eq!(scene.get("/users/me").status, 200);
    }
}

#[test]
fn later_reuse_revokes_the_whole_chain() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    let (_, successor) = refresh(&mut scene, &grant.refresh_token);
    scene.wait(Duration::from_micros(30_000_001));
    let (status, body) = refresh(&mut scene, &grant.refresh_token);
    assert_eq!((status, text(&body["error"])), (400, "invalid_grant"));
    assert!(text(&body["error_description"]).contains("already used"));

    scene.token = text(&successor["access_token"]).to_owned();
    assert_eq!(scene.get("/users/me").status, 401);
    let (status, body) = refresh(&mut scene, text(&successor["refresh_token"]));
    assert_eq!((status, text(&body["error"])), (400, "invalid_grant"));
}

#[test]
fn reuse_in_one_chain_leaves_another_alone() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    refresh(&mut scene, &grant.refresh_token);
    scene.wait(Duration::from_mins(1));
    refresh(&mut scene, &grant.refresh_token);
    assert_eq!(scene.get("/users/me").status, 200);
}

#[test]
fn revoked_and_unknown_refresh_tokens_are_invalid_grants() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    scene.world.revoke_tokens();
    for token in [grant.refresh_token.as_str(), "unknown"] {
        let (status, body) = refresh(&mut scene, token);
        assert_eq!((status, text(&body["error"])), (400, "invalid_grant"));
    }
}
