use tidemark_simulator::{
    ApiRequest, ApiResponse, FaultKind, FaultProfile, FaultTarget, Faults, ScriptedFault,
};

use crate::support::{Scene, config};

/// 200 requests of every kind, with a cursor where the page before had one.
fn two_hundred_answers(seed: u64) -> Vec<ApiResponse> {
    let settings = config()
        .with_seed(seed)
        .with_fault_profile(FaultProfile::Chaos);
    let mut scene = Scene::with(&settings);
    let mut answers = Vec::new();
    let mut cursor = String::new();
    for number in 0..200 {
        let path = match number % 4 {
            0 => "/users/me".to_owned(),
            1 => scene.twin(1, "/insights/earnings/summary"),
            _ => scene.twin(0, &format!("/insights/earnings?size=5{cursor}")),
        };
        scene.wait(std::time::Duration::from_secs(7));
        let answer = scene.get(&path);
        if answer.status == 401 {
            scene.token = scene.world.agency_grant(scene.now).access_token;
        }
        let body = answer.json_body();
        let next = body.as_ref().and_then(|body| body["nextCursor"].as_str());
        cursor = next.map_or(cursor, |next| format!("&cursor={next}"));
        answers.push(answer);
    }
    answers
}

#[test]
fn the_same_seed_meets_the_same_faults_byte_for_byte() {
    let answers = two_hundred_answers(5);
    assert!(answers == two_hundred_answers(5));
    assert!(answers != two_hundred_answers(6));
    assert!(answers.iter().any(|answer| answer.status != 200));
}

#[test]
fn rates_are_per_mille_of_the_requests() {
    let faults = Faults::none()
        .with(FaultKind::ServerError, 100)
        .with(FaultKind::Forbidden, 300)
        .with(FaultKind::LostRefreshAnswer, 600);
    let mut scene = Scene::with(&config().with_faults(faults));
    for _ in 0..2_000 {
        scene.get("/users/me");
    }
    let log = scene.world.request_log();
    assert!((150..250).contains(&log.fault(FaultKind::ServerError)));
    assert!((520..680).contains(&log.fault(FaultKind::Forbidden)));
    assert_eq!(log.fault(FaultKind::LostRefreshAnswer), 0);
    let logged = log.latest.iter().filter(|request| request.fault.is_some());
    let counted: u64 = log.faults.values().sum();
    assert_eq!(logged.count() as u64, counted);
}

#[test]
fn a_script_waits_for_the_kth_request_and_lasts_as_told() {
    let mut scene = Scene::new();
    let script = ScriptedFault::new(FaultKind::ServerError)
        .on(FaultTarget::Earnings)
        .at_request(3)
        .times(2);
    scene.world.script_fault(script);
    let path = scene.twin(0, "/insights/earnings");
    let mut statuses = Vec::new();
    for _ in 0..6 {
        assert_eq!(scene.get("/users/me").status, 200);
        statuses.push(scene.get(&path).status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 500, 500, 200, 200]);
}

#[test]
fn a_script_can_be_about_one_creator() {
    let mut scene = Scene::new();
    let script = ScriptedFault::new(FaultKind::Unavailable).of_model(scene.model(1));
    scene.world.script_fault(script);
    let (other, meant) = (scene.twin(0, "/posts"), scene.twin(1, "/posts"));
    assert_eq!(scene.get(&other).status, 200);
    assert_eq!(scene.get("/users/me").status, 200);
    assert_eq!(scene.get(&meant).status, 503);

    let script = ScriptedFault::new(FaultKind::Unavailable).of_model(scene.model(1));
    scene.world.script_fault(script);
    scene.become_creator(1);
    assert_eq!(scene.get("/insights/spending").status, 503);
}

#[test]
fn scripts_that_are_due_together_take_turns() {
    let mut scene = Scene::new();
    for kind in [FaultKind::ServerError, FaultKind::Forbidden] {
        scene.world.script_fault(ScriptedFault::new(kind));
    }
    let mut next = || scene.get("/users/me").status.as_u16();
    assert_eq!([next(), next(), next()], [500, 403, 200]);
}

#[test]
fn after_the_calm_nothing_goes_wrong() {
    let mut scene = Scene::new();
    let faults = Faults::none().with(FaultKind::ServerError, 1_000);
    scene.world.set_faults(faults);
    assert_eq!(scene.get("/users/me").status, 500);
    let burst = ScriptedFault::new(FaultKind::RateLimitedBurst).times(9);
    assert_eq!(scene.get_under(burst, "/users/me").status, 429);
    scene.world.calm();
    for _ in 0..20 {
        assert_eq!(scene.get("/users/me").status, 200);
    }
}

#[test]
fn people_and_tests_are_spared() {
    let every_request = Faults::none().with(FaultKind::ServerError, 1_000);
    let mut scene = Scene::with(&config().with_faults(every_request));
    let models = scene.send(&ApiRequest::get("/_simulator/models"));
    assert_eq!(models.status, 200);
    let consent = scene.send(&ApiRequest::get("/oauth2/auth?client_id=x"));
    assert_eq!(consent.status, 401);
    assert_eq!(scene.get("/users/me").status, 500);
}
