use http::Method;
use serde_json::{Value, json};
use tidemark_simulator::{ApiRequest, AppendError, NewSale, Source, UnknownModel};
use uuid::Uuid;

use crate::support::{Scene, answer_of, config};

fn send(scene: &mut Scene, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let request = ApiRequest::json(method, &format!("/_simulator{path}"), body);
    answer_of(&scene.send(&request))
}

fn read(scene: &mut Scene, path: &str) -> Value {
    let (status, body) = answer_of(&scene.send(&ApiRequest::get(&format!("/_simulator{path}"))));
    assert_eq!(status, 200, "{path}: {body}");
    body
}

#[test]
fn totals_are_the_sums_of_the_rows() {
    let mut scene = Scene::new();
    let totals = read(&mut scene, "/totals");
    let mut all = 0;
    for (position, model) in totals["models"].as_array().unwrap().iter().enumerate() {
        assert_eq!(model["model"], scene.model(position).to_string());
        let path = format!("/models/{}/rows", scene.model(position));
        let rows = read(&mut scene, &path);
        let rows = rows.as_array().unwrap();
        let gross = |rows: &[Value]| {
            let cents = rows.iter().map(|row| row["grossCents"].as_i64().unwrap());
            cents.sum::<i64>()
        };
        let (reversals, sales): (Vec<Value>, Vec<Value>) = rows
            .iter()
            .cloned()
            .partition(|row| row["reverses"].is_string());
        assert_eq!(model["rows"], rows.len());
        assert_eq!(model["sales"], sales.len());
        assert_eq!(model["reversals"], reversals.len());
        assert_eq!(model["salesGrossCents"], gross(&sales));
        assert_eq!(model["grossCents"], gross(rows));
        all += gross(rows);
    }
    assert_eq!(totals["all"]["grossCents"], all);
    assert_eq!(totals["all"]["rows"], 1_000);
}

#[test]
fn models_are_listed_with_their_names() {
    let mut scene = Scene::new();
    let models = read(&mut scene, "/models");
    assert_eq!(models.as_array().unwrap().len(), 3);
    assert_eq!(models[0]["id"], scene.model(0).to_string());
    assert_eq!(models[0]["displayName"], "Luna Hart");
}

#[test]
fn an_appended_sale_is_served_with_the_members_given() {
    let mut scene = Scene::new();
    let path = format!("/models/{}/sales", scene.model(0));
    let body = json!({
        "source": "tip",
        "grossCents": 1_234,
        "netCents": 1_000,
        "occurredAt": "2026-11-22T09:59:59.500Z",
    });
    let (status, row) = send(&mut scene, Method::POST, &path, &body);
    assert_eq!(status, 201);
    let earnings = scene.twin(0, "/insights/earnings?size=1");
    let newest = scene.read(&earnings)["data"][0].clone();
    assert_eq!(newest["transactionOrderId"], row["orderId"]);
    assert_eq!(newest["gross"], 1_234);
    assert_eq!(newest["net"], 1_000);
    assert_eq!(newest["date"], "2026-11-22T09:59:59.500Z");
    assert_eq!(newest["user"]["uuid"], row["fan"]);
}

#[test]
fn an_appended_refund_takes_fan_and_net_from_its_sale() {
    let mut scene = Scene::new();
    let model = scene.model(0);
    let rows = scene.world.ledger(model).unwrap();
    let sale = rows
        .iter()
        .find(|row| row.source == Source::Message)
        .unwrap();
    let mut refund = NewSale::new(Source::Refund, -sale.gross_cents);
    refund.reverses = sale.order_id.clone();
    let row = scene.world.append_sale(model, &refund, scene.now).unwrap();
    assert_eq!((row.fan, row.message), (sale.fan, sale.message));
    assert_eq!(row.net_cents, -sale.net_cents);
    assert_eq!(row.reverses, sale.order_id);
}

#[test]
fn a_refund_may_come_before_its_sale_and_in_part() {
    let mut scene = Scene::with(&config().with_transactions(0));
    let mut refund = NewSale::new(Source::Refund, -100);
    refund.reverses = Some("FV-ORDER-777".to_owned());
    let model = scene.model(0);
    scene.world.append_sale(model, &refund, scene.now).unwrap();
    let mut sale = NewSale::new(Source::Tip, 500);
    sale.order_id = Some("FV-ORDER-777".to_owned());
    scene.world.append_sale(model, &sale, scene.now).unwrap();
    let path = format!("/v1{}", scene.twin(0, "/insights/earnings"));
    let rows = scene.walk(&path);
    assert_eq!(rows[0]["transactionOrderId"], "FV-ORDER-777");
    assert_eq!(rows[1]["reversedTransactionOrderId"], "FV-ORDER-777");
    assert_eq!(scene.world.totals().all.gross_cents, 400);
}

#[test]
fn one_order_may_have_several_rows() {
    let mut scene = Scene::with(&config().with_transactions(0));
    let model = scene.model(0);
    for cents in [500, 700, 700] {
        let mut sale = NewSale::new(Source::Tip, cents);
        sale.order_id = Some("FV-ORDER-5".to_owned());
        scene.world.append_sale(model, &sale, scene.now).unwrap();
    }
    let path = scene.twin(0, "/insights/earnings?size=1");
    let rows = scene.walk(&path);
    let grosses: Vec<i64> = rows
        .iter()
        .map(|row| row["gross"].as_i64().unwrap())
        .collect();
    assert_eq!(grosses, [700, 700, 500]);
}

#[test]
fn rows_that_make_no_sense_are_refused() {
    let mut scene = Scene::new();
    let (model, stranger, now) = (scene.model(0), Uuid::nil(), scene.now);
    let mut append =
        |model: Uuid, sale: &NewSale| scene.world.append_sale(model, sale, now).unwrap_err();
    let tip = NewSale::new(Source::Tip, 500);
    let unknown_fan = NewSale {
        fan: Some(stranger),
        ..tip.clone()
    };
    let odd_id = NewSale {
        order_id: Some("17".to_owned()),
        ..tip.clone()
    };
    let reversing = NewSale {
        reverses: Some("FV-ORDER-1".to_owned()),
        ..tip.clone()
    };
    assert_eq!(
        append(stranger, &tip),
        AppendError::UnknownModel(UnknownModel(stranger))
    );
    assert_eq!(
        append(model, &unknown_fan),
        AppendError::UnknownFan(stranger)
    );
    assert_eq!(
        append(model, &odd_id),
        AppendError::MalformedOrderId("17".to_owned())
    );
    assert_eq!(append(model, &reversing), AppendError::SaleReverses);
    for (source, cents) in [(Source::Tip, -1), (Source::Refund, 1)] {
        let error = append(model, &NewSale::new(source, cents));
        assert!(matches!(error, AppendError::WrongSign { .. }));
    }
    assert_eq!(scene.world.totals().all.rows, 1_000);
}

#[test]
fn a_refusal_is_json_with_a_true_status() {
    let mut scene = Scene::new();
    let sales = format!("/models/{}/sales", scene.model(0));
    let elsewhere = format!("/models/{}/sales", Uuid::nil());
    let tip = json!({ "source": "tip", "grossCents": 5 });
    for (path, body, expected) in [
        (sales.as_str(), json!({ "source": "tip" }), 400),
        (
            &sales,
            json!({ "source": "tip", "grossCents": 5, "gross": 5 }),
            400,
        ),
        (&sales, json!({ "source": "tip", "grossCents": -5 }), 422),
        (&elsewhere, tip.clone(), 404),
        ("/models/17/sales", tip, 400),
        ("/nothing", json!({}), 404),
    ] {
        let (status, answer) = send(&mut scene, Method::POST, path, &body);
        assert_eq!(status, expected, "{path} {body}");
        assert!(answer["error"].is_string());
    }
}

#[test]
fn grants_are_issued_and_revoked() {
    let mut scene = Scene::new();
    let model = scene.model(0);
    let of_model = json!({ "model": model });
    let (status, grant) = send(&mut scene, Method::POST, "/grants", &of_model);
    assert_eq!(status, 201);
    let agency_token = scene.token.clone();
    scene.token = grant["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(scene.read("/users/me")["uuid"], model.to_string());

    let (_, answer) = send(&mut scene, Method::POST, "/revoke", &of_model);
    assert_eq!(answer["revoked"], 1);
    assert_eq!(scene.get("/users/me").status, 401);
    scene.token = agency_token;
    assert_eq!(scene.get("/users/me").status, 200);

    let everything = scene.send(&ApiRequest::new(Method::POST, "/_simulator/revoke"));
    assert_eq!(everything.json_body().unwrap()["revoked"], 1);
    assert_eq!(scene.get("/users/me").status, 401);
}

#[test]
fn requests_are_counted_per_endpoint_and_status() {
    let mut scene = Scene::new();
    let earnings = scene.twin(0, "/insights/earnings?size=3");
    let other = scene.twin(1, "/insights/earnings?size=0");
    scene.get(&earnings);
    scene.get(&earnings);
    scene.get(&other);
    scene.get("/nothing");
    scene.send(&ApiRequest::get("/oauth2/auth?client_id=x&state=secret"));

    let counts = read(&mut scene, "/requests")["counts"].clone();
    let twin = &counts["GET /creators/{id}/insights/earnings"];
    assert_eq!(*twin, json!({ "200": 2, "400": 1 }));
    assert_eq!(counts["unknown"], json!({ "404": 1 }));
    assert_eq!(counts["GET /oauth2/auth"], json!({ "401": 1 }));

    let log = scene.world.request_log();
    assert_eq!(log.total(), 5);
    assert_eq!(log.endpoint("GET /creators/{id}/insights/earnings"), 3);
    assert_eq!(log.status(400), 1);
    assert_eq!(log.latest[0].query, "size=3");
    assert_eq!(log.latest[4].query, "");

    let (_, cleared) = send(&mut scene, Method::DELETE, "/requests", &Value::Null);
    assert_eq!(cleared["counts"], json!({}));
    assert_eq!(scene.world.request_log().total(), 0);
}

#[test]
fn the_rate_limit_and_the_switches_can_be_set() {
    let mut scene = Scene::new();
    let limit = json!({ "requests": 1 });
    assert_eq!(send(&mut scene, Method::PUT, "/rate-limit", &limit).0, 200);
    scene.get("/users/me");
    assert_eq!(scene.get("/users/me").status, 429);

    let (_, switches) = send(
        &mut scene,
        Method::PUT,
        "/switches",
        &json!({ "shape": "feb2026" }),
    );
    let expected = json!({ "shape": "feb2026", "v1Enabled": true, "summaryCache": false,
                           "smartListsWrapped": false });
    assert_eq!(switches, expected);
    assert_eq!(read(&mut scene, "/switches"), expected);
    let misspelt = json!({ "v1": false });
    assert_eq!(send(&mut scene, Method::PUT, "/switches", &misspelt).0, 400);
}
