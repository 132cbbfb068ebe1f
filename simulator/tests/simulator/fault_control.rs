use http::Method;
use serde_json::{Value, json};
use tidemark_simulator::{ApiRequest, Shape};

use crate::support::{Scene, answer_of};

fn send(scene: &mut Scene, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let request = ApiRequest::json(method, &format!("/_simulator{path}"), body);
    answer_of(&scene.send(&request))
}

#[test]
fn rates_are_set_read_and_calmed() {
    let mut scene = Scene::new();
    let rates = json!({ "rates": { "serverError": 1000 }, "retryAfterSeconds": 9 });
    let (status, faults) = send(&mut scene, Method::PUT, "/faults", &rates);
    assert_eq!(status, 200);
    assert_eq!(faults["rates"], rates["rates"]);
    assert_eq!(faults["retryAfterSeconds"], 9);
    assert_eq!(faults["burstLength"], 4);
    assert_eq!(scene.get("/users/me").status, 500);
    assert_eq!(
        send(&mut scene, Method::GET, "/faults", &Value::Null).1,
        faults
    );
    let (_, calm) = send(&mut scene, Method::DELETE, "/faults", &Value::Null);
    assert_eq!(calm["rates"], json!({}));
    assert_eq!(scene.get("/users/me").status, 200);
}

#[test]
fn a_fault_is_scripted_and_shows_in_the_log() {
    let mut scene = Scene::new();
    let script = json!({ "kind": "forbidden", "target": "posts", "request": 2, "times": 1 });
    let (status, answer) = send(&mut scene, Method::POST, "/faults/script", &script);
    assert_eq!(status, 201);
    assert_eq!(answer["model"], Value::Null);
    let path = scene.twin(0, "/posts");
    assert_eq!(scene.get(&path).status, 200);
    assert_eq!(scene.get(&path).status, 403);
    let (_, log) = send(&mut scene, Method::GET, "/requests", &Value::Null);
    assert_eq!(log["faults"], json!({ "forbidden": 1 }));
    assert_eq!(log["latest"][0]["fault"], Value::Null);
    assert_eq!(log["latest"][1]["fault"], "forbidden");
}

#[test]
fn misspelt_faults_are_refused() {
    let mut scene = Scene::new();
    for (method, path, body) in [
        (Method::PUT, "/faults", json!({ "rates": { "bang": 1 } })),
        (Method::PUT, "/faults", json!({ "rate": {} })),
        (Method::POST, "/faults/script", json!({ "kind": "bang" })),
        (Method::POST, "/faults/script", json!({})),
    ] {
        assert_eq!(send(&mut scene, method, path, &body).0, 400, "{body}");
    }
    assert_eq!(
        send(&mut scene, Method::PUT, "/faults/x", &json!({})).0,
        404
    );
}

#[test]
fn rows_are_added_changed_and_taken_away_over_http() {
    let mut scene = Scene::new();
    let model = scene.model(0);
    let at = |path: &str| format!("/models/{model}{path}");
    let sale = json!({ "source": "hologram", "grossCents": 1000 });
    let late = json!({ "sale": sale, "ageSeconds": 86_400 });
    let (status, row) = send(&mut scene, Method::POST, &at("/late-sales"), &late);
    assert_eq!((status, &row["source"]), (201, &json!("hologram")));
    assert_eq!(row["occurredAt"], "2026-11-21T10:00:00.000Z");

    let future = json!({ "sale": sale, "leadSeconds": 600 });
    let (status, _) = send(&mut scene, Method::POST, &at("/future-sales"), &future);
    assert_eq!(status, 201);
    let equal = json!({ "sale": sale, "count": 3 });
    let (_, rows) = send(&mut scene, Method::POST, &at("/equal-sales"), &equal);
    assert_eq!(rows.as_array().unwrap().len(), 3);

    let reversal = json!({ "orderId": row["orderId"], "grossCents": -250 });
    let (status, reversed) = send(&mut scene, Method::POST, &at("/reversals"), &reversal);
    assert_eq!((status, &reversed["source"]), (201, &json!("refund")));
    let unknown = json!({ "orderId": "FV-ORDER-1" });
    assert_eq!(
        send(&mut scene, Method::POST, &at("/reversals"), &unknown).0,
        422
    );

    let sequence = row["sequence"].as_u64().unwrap();
    let amend = at(&format!("/rows/{sequence}/amend"));
    let amount = json!({ "grossCents": 1500 });
    let (status, amended) = send(&mut scene, Method::POST, &amend, &amount);
    assert_eq!((status, &amended["grossCents"]), (200, &json!(1500)));
    let negative = json!({ "grossCents": -1 });
    assert_eq!(send(&mut scene, Method::POST, &amend, &negative).0, 422);

    let vanish = at(&format!("/rows/{sequence}/vanish"));
    assert_eq!(
        send(&mut scene, Method::POST, &vanish, &Value::Null).1,
        amended
    );
    assert_eq!(send(&mut scene, Method::POST, &vanish, &Value::Null).0, 404);
    let malformed = at("/rows/first/vanish");
    assert_eq!(
        send(&mut scene, Method::POST, &malformed, &Value::Null).0,
        400
    );
    assert_eq!(scene.world.totals().all.rows, 1_005);
}

#[test]
fn shape_and_churn_have_routes_too() {
    let mut scene = Scene::new();
    let model = scene.model(0);
    let path = format!("/models/{model}/shape");
    let own = json!({ "shape": "feb2026" });
    assert_eq!(send(&mut scene, Method::PUT, &path, &own), (200, own));
    assert_eq!(scene.world.model_shape(model), Ok(Shape::Feb2026));
    let (status, event) = send(&mut scene, Method::POST, "/churn", &json!({ "step": 1 }));
    assert_eq!(status, 200);
    assert!(event["kind"].is_string());
}
