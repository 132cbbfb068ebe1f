//! Webhooks through the real components: what is taken in, what is refused, and what it leads to.

use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tidemark_database::testing::for_each_database;
use tidemark_domain::Secret;
use tidemark_ports::Clock as _;
use tidemark_simulator::{NewReversal, NewSale, Source, Webhooks};
use tidemark_tests::World;
use tidemark_tests::world::WEBHOOK_SECRETS;
use tidemark_webhooks::signature::sign;

const PATH: &str = "/api/webhooks/fanvue";
const EVENTS: &str = "select count(*) from webhook_events";
const PENDING: &str = "select count(*) from sync_hints where pending or taken_by is not null";

/// How long a hint may take to be followed before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

fn secret() -> Secret {
    Secret::new(WEBHOOK_SECRETS.split(',').next().unwrap())
}

/// Sends a body under a header.
async fn send(world: &World, signature: Option<&str>, body: &[u8]) -> Response {
    let mut request = world.request(Method::POST, PATH).body(body.to_vec());
    if let Some(signature) = signature {
        request = request.header("x-fanvue-signature", signature);
    }
    request.send().await.unwrap()
}

/// Sends a body that is signed now, or so many seconds from now.
async fn deliver(world: &World, body: &[u8], offset_seconds: i64) -> StatusCode {
    let now = world.platform.now().micros() + offset_seconds * 1_000_000;
    let header = sign(&secret(), body, tidemark_domain::Instant::from_micros(now));
    send(world, Some(&header), body).await.status()
}

fn payment(id: &str, creator: uuid::Uuid) -> Vec<u8> {
    let data =
        json!({"object": "payment", "gross": 99_900, "creator": {"uuid": creator.to_string()}});
    let event = json!({"id": id, "type": "creator.payment.succeeded", "data": data});
    event.to_string().into_bytes()
}

async fn until(world: &World, statement: &str, wanted: i64) {
    let began = Instant::now();
    loop {
        let found = world.count(statement).await;
        if found == wanted {
            return;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{statement}: {found}, not {wanted}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Requests for earnings so far.
fn fetches(world: &World) -> usize {
    let log = world.simulator.request_log();
    let latest = log.latest.iter();
    latest
        .filter(|request| request.endpoint.contains("insights/earnings"))
        .filter(|request| !request.endpoint.contains("summary"))
        .count()
}

#[tokio::test]
async fn d040_an_event_brings_its_models_row_at_once_and_no_money_of_its_own() {
    for_each_database(async |database| {
        let world = World::with_models(2).transactions(300).on(database).await;
        world.sync(None).await;
        let model = world.simulator.models()[0].id;
        let fetched = fetches(&world);
        let sold = world
            .simulator
            .append_sale(model, &NewSale::new(Source::Tip, 1_234))
            .unwrap();
        assert_eq!(deliver(&world, &payment("evt_1", model), 0).await, 202);
        let rows = format!(
            "select count(*) from fanvue_transactions where gross_cents = 1234 and order_id = '{}'",
            sold.order_id.unwrap()
        );
        until(&world, &rows, 1).await;
        until(&world, PENDING, 0).await;
        world.assert_ledger_is_true().await;
        assert_eq!(fetches(&world) - fetched, 1, "one page of one model");
        let claimed = "select count(*) from fanvue_transactions where gross_cents = 99900";
        assert_eq!(world.count(claimed).await, 0);
    })
    .await;
}

#[tokio::test]
async fn d041_what_fanvue_did_not_sign_is_refused_alike_and_leaves_no_trace() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let model = world.simulator.models()[0].id;
        let body = payment("evt_1", model);
        let now = world.platform.now();
        let valid = sign(&secret(), &body, now);
        let digest = valid.split_once("v0=").unwrap().1.to_owned();
        let flipped = if digest.starts_with('0') { "1" } else { "0" };
        let near_miss = format!("{flipped}{}", &digest[1..]);
        let forged = sign(&Secret::new("another secret"), &body, now);
        let mut bodies = Vec::new();
        for header in [
            None,
            Some(""),
            Some("t=1,v0=00"),
            Some(&*digest),
            Some(&*valid.replace(&digest, &near_miss)),
            Some(&*valid.replace("v0=", "v1=")),
            Some(&*forged),
        ] {
            let refused = send(&world, header, &body).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{header:?}");
            bodies.push(refused.text().await.unwrap());
        }
        let another = send(&world, Some(&valid), &payment("evt_2", model)).await;
        bodies.push(another.text().await.unwrap());
        for offset in [-302, -86_400, 63, 86_400] {
            assert_eq!(deliver(&world, &body, offset).await, 401, "{offset}");
        }
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
        assert!(bodies[0].contains("bad_signature"));
        assert_eq!(world.count(EVENTS).await, 0);
        assert_eq!(world.count(PENDING).await, 0);
        for offset in [-298, 58] {
            assert_eq!(deliver(&world, &body, offset).await, 202, "{offset}");
        }
    })
    .await;
}

#[tokio::test]
async fn both_secrets_hold_while_one_replaces_the_other() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        for (number, secret) in WEBHOOK_SECRETS.split(',').enumerate() {
            let body = payment(&format!("evt_{number}"), uuid::Uuid::nil());
            let header = sign(&Secret::new(secret), &body, world.platform.now());
            assert_eq!(send(&world, Some(&header), &body).await.status(), 202);
            let digest = header.split_once("v0=").unwrap().1;
            let wrong = "ab".repeat(32);
            let among_others = header.replace("v0=", &format!("v0={wrong},v0="));
            assert!(among_others.ends_with(digest));
            assert_eq!(send(&world, Some(&among_others), &body).await.status(), 202);
        }
        assert_eq!(world.count(EVENTS).await, 2);
    })
    .await;
}

#[tokio::test]
async fn d042_an_event_delivered_twice_or_at_the_same_time_is_stored_once() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let model = world.simulator.models()[0].id;
        let (envelope, flat) = (
            payment("evt_1", model),
            json!({"price": 500, "recipientUuid": model})
                .to_string()
                .into_bytes(),
        );
        for _ in 0..3 {
            assert_eq!(deliver(&world, &envelope, 0).await, 202);
            assert_eq!(deliver(&world, &flat, 0).await, 202);
        }
        let at_once = (0..8).map(|_| async {
            let body = payment("evt_2", model);
            deliver(&world, &body, 0).await
        });
        for status in futures::future::join_all(at_once).await {
            assert_eq!(status, 202);
        }
        assert_eq!(world.count(EVENTS).await, 3);
    })
    .await;
}

#[tokio::test]
async fn unknown_topics_unknown_creators_and_unreadable_bodies_are_kept_and_answered_202() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let stranger = uuid::Uuid::from_u128(7);
        let unknown = json!({"id": "evt_1", "type": "creator.gift.wrapped", "data": {}});
        let bodies: [&[u8]; 5] = [
            unknown.to_string().as_bytes().to_vec().leak(),
            payment("evt_2", stranger).leak(),
            b"{\"id\":\"evt_3\",",
            b"\xff\xfe\x00",
            b"",
        ];
        for body in bodies {
            assert_eq!(deliver(&world, body, 0).await, 202, "{body:?}");
        }
        assert_eq!(world.count(EVENTS).await, 5);
        assert_eq!(world.count("select count(*) from sync_hints").await, 0);
        let unknown = "select count(*) from webhook_events where topic = 'creator.gift.wrapped' \
                       and not known";
        assert_eq!(world.count(unknown).await, 1);
        let kept = "select count(*) from webhook_events where family = 'unreadable' \
                    and body in ('', '\\xfffe00', convert_to('{\"id\":\"evt_3\",', 'UTF8'))";
        assert_eq!(world.count(kept).await, 3);
        let status = world.json("/api/status").await;
        assert_eq!(
            status["webhooks"]["events"], 0,
            "of no model of this agency: {status}"
        );
    })
    .await;
}

#[tokio::test]
async fn bodies_up_to_a_mebibyte_are_taken_and_larger_ones_are_413_before_they_are_verified() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let mut largest = vec![b' '; 1024 * 1024];
        largest[0] = b'1';
        assert_eq!(deliver(&world, &largest, 0).await, 202);
        largest.push(b' ');
        assert_eq!(deliver(&world, &largest, 0).await, 413);
        let unsigned = send(&world, None, &largest).await;
        assert_eq!(unsigned.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let told: Value = unsigned.json().await.unwrap();
        assert_eq!(told["error"]["code"], "too_large");
        assert_eq!(world.count(EVENTS).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_route_takes_posts_only_and_is_closed_while_no_secret_is_set() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let response = world.request(method, PATH).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.headers()["allow"], "POST");
        }
        let closed = World::with_models(1)
            .transactions(1)
            .without_webhook_secret()
            .on(database)
            .await;
        for header in [None, Some("t=1,v0=00")] {
            let refused = send(&closed, header, b"{}").await;
            assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        }
    })
    .await;
}

#[tokio::test]
async fn a_burst_of_a_thousand_events_for_one_model_costs_a_few_fetches() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(200).on(database).await;
        world.sync(None).await;
        let model = world.simulator.models()[0].id;
        let fetched = fetches(&world);
        let began = Instant::now();
        for batch in 0..20 {
            let deliveries = (0..50).map(|number| {
                let world = &world;
                async move {
                    let body = payment(&format!("evt_{batch}_{number}"), model);
                    deliver(world, &body, 0).await
                }
            });
            for status in futures::future::join_all(deliveries).await {
                assert_eq!(status, 202);
            }
        }
        let seconds = began.elapsed().as_secs();
        until(&world, PENDING, 0).await;
        assert_eq!(world.count(EVENTS).await, 1_000);
        let cost = fetches(&world) - fetched;
        let most = usize::try_from(seconds).unwrap() + 3;
        assert!((1..=most).contains(&cost), "{cost} fetches in {seconds} s");
    })
    .await;
}

#[tokio::test]
async fn deliveries_of_both_families_doubled_late_and_out_of_order_lead_to_the_true_ledger() {
    for_each_database(async |database| {
        let world = World::with_models(3).transactions(300).on(database).await;
        world.sync(None).await;
        let webhooks = Webhooks {
            duplicated: 400,
            reordered: 300,
            delayed: 300,
            longest_delay_ms: 1_500,
            ..Webhooks::to(format!("{}{PATH}", world.url), secret().expose())
        };
        world.simulator.set_webhooks(Some(webhooks));
        let models = world.simulator.models();
        let sources = [Source::Tip, Source::Message, Source::Subscription];
        for (number, source) in (0..60).zip(sources.into_iter().cycle()) {
            let model = models[number % models.len()].id;
            let sale = NewSale::new(source, 1_000 + i64::try_from(number).unwrap());
            world.simulator.append_sale(model, &sale).unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        until(&world, "select count(*) from fanvue_transactions", 360).await;
        world.assert_ledger_is_true().await;
        // Two families, and nothing stored twice.
        until(&world, EVENTS, 120).await;
        let log = world.simulator.webhook_log();
        assert!(log.accepted() > 120, "{log:?}");
        assert_eq!(log.accepted(), log.answered[&202]);
        let topics = "select count(distinct topic) from webhook_events where known";
        assert_eq!(world.count(topics).await, 4);
        let status = world.json("/api/status").await;
        assert_eq!(status["webhooks"]["events"], 120, "{status}");
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_names_its_order_alone_is_fetched_at_once() {
    for_each_database(async |database| {
        let world = World::with_models(2).transactions(60).on(database).await;
        let model = world.simulator.models()[1].id;
        let tip = NewSale::new(Source::Tip, 2_500);
        let sold = world.simulator.append_sale(model, &tip).unwrap();
        world.sync(None).await;
        let order = sold.order_id.unwrap();
        let refund = NewReversal::of(&order).in_part(-1_900);
        let fetched = fetches(&world);
        world.simulator.append_reversal(model, &refund).unwrap();
        for (id, order) in [("evt_1", &order), ("evt_2", &format!("{order}0"))] {
            let event =
                json!({"id": id, "type": "creator.refund.created", "data": {"payment_id": order}});
            let body = event.to_string().into_bytes();
            assert_eq!(deliver(&world, &body, 0).await, 202);
        }
        let rows = "select count(*) from fanvue_transactions where gross_cents = -1900";
        until(&world, rows, 1).await;
        until(&world, PENDING, 0).await;
        assert_eq!(fetches(&world) - fetched, 1, "one page of one model");
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn a_hint_that_no_host_was_told_of_is_followed_by_the_next_step() {
    for_each_database(async |database| {
        let world = World::with_models(2).transactions(60).on(database).await;
        world.sync(None).await;
        let model = world.simulator.models()[1].id;
        world
            .simulator
            .append_sale(model, &NewSale::new(Source::Tip, 77))
            .unwrap();
        let hint = format!(
            "insert into sync_hints (agency_id, model_id, pending, taken_by, hinted_at) \
             select agency_id, model_id, false, 1, now() from models where model_id = '{model}'"
        );
        // As one that was taken up by a step that died.
        world.rows(&hint).await;
        let report = world.step("sync-hinted", None).await;
        assert_eq!((report.models, report.rows.inserted), (1, 1));
        assert_eq!(world.count(PENDING).await, 0);
        world.assert_ledger_is_true().await;
        let again = world.step("sync-hinted", None).await;
        assert_eq!((again.models, again.api_calls), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn events_are_forgotten_after_thirty_days() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        for number in 0..4 {
            let event = payment(&format!("evt_{number}"), uuid::Uuid::nil());
            deliver(&world, &event, 0).await;
        }
        let age = "update webhook_events set received_at = now() - interval '30 days 1 minute' \
                   where event_hash in (select event_hash from webhook_events limit 3)";
        world.rows(age).await;
        let cron = world.request(Method::POST, "/api/cron/sync-transactions");
        let cron = cron.bearer_auth(tidemark_tests::world::CRON_SECRET);
        assert_eq!(cron.send().await.unwrap().status(), 200);
        assert_eq!(world.count(EVENTS).await, 1);
    })
    .await;
}
