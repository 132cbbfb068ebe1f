use std::time::Duration;

use tidemark_simulator::{
    ApiRequest, ApiResponse, Delivery, FaultKind, FaultTarget, ScriptedFault, TokenGrant,
};

use crate::support::{Scene, members};

fn refresh(scene: &mut Scene, grant: &TokenGrant) -> ApiResponse {
    let client = tidemark_simulator::ClientCredentials::default();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", grant.refresh_token.as_str()),
    ];
    let request = ApiRequest::form("/oauth2/token", &fields).with_basic_auth(&client);
    scene.send(&request)
}

#[test]
fn a_token_that_expired_early_is_good_for_nothing_until_it_is_refreshed() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    scene.token.clone_from(&grant.access_token);
    let fault = ScriptedFault::new(FaultKind::TokenExpired);
    let response = scene.get_under(fault, "/users/me");
    assert_eq!(response.status, 401);
    assert_eq!(members(&response.json_body().unwrap()), ["error"]);
    assert_eq!(scene.get("/users/me").status, 401);

    let fresh = refresh(&mut scene, &grant).json_body().unwrap();
    scene.token = fresh["access_token"].as_str().unwrap().to_owned();
    assert_eq!(scene.get("/users/me").status, 200);
}

#[test]
fn a_lost_refresh_answer_was_processed_and_may_be_retried_for_30_seconds() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    let fault = ScriptedFault::new(FaultKind::LostRefreshAnswer);
    scene.world.script_fault(fault);
    let lost = refresh(&mut scene, &grant);
    assert_eq!(lost.delivery, Delivery::Reset);
    assert_eq!(lost.arriving_body(), None);
    let log = scene.world.request_log();
    assert_eq!(log.fault(FaultKind::LostRefreshAnswer), 1);

    scene.wait(Duration::from_secs(30));
    let retried = refresh(&mut scene, &grant);
    assert_eq!(retried.status, 200);
    assert_eq!(retried.delivery, Delivery::Whole);
    scene.wait(Duration::from_secs(1));
    assert_eq!(refresh(&mut scene, &grant).status, 400);
}

#[test]
fn a_reset_token_request_was_not_processed() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    let fault = ScriptedFault::new(FaultKind::Reset).on(FaultTarget::Token);
    scene.world.script_fault(fault);
    assert_eq!(refresh(&mut scene, &grant).delivery, Delivery::Reset);
    scene.wait(Duration::from_mins(5));
    assert_eq!(refresh(&mut scene, &grant).status, 200);
}

#[test]
fn the_token_endpoint_can_fail_like_any_other() {
    let mut scene = Scene::new();
    let grant = scene.world.agency_grant(scene.now);
    for (kind, status) in [
        (FaultKind::ServerError, 500),
        (FaultKind::BadGateway, 502),
        (FaultKind::Unavailable, 503),
    ] {
        let fault = ScriptedFault::new(kind).on(FaultTarget::Token);
        scene.world.script_fault(fault);
        assert_eq!(refresh(&mut scene, &grant).status, status);
    }
    assert_eq!(refresh(&mut scene, &grant).status, 200);
}
