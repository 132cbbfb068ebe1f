//! Alerts reach the agency's own channels, once, and what does not arrive is recorded.

use std::time::Duration;

use tidemark_database::testing::{TestDatabase, for_each_database};
use tidemark_domain::Secret;
use tidemark_ports::HttpError;
use tidemark_sealing::TokenKind;
use tidemark_team::alerts::KINDS;
use uuid::Uuid;

use crate::world::{NOON, World, at, status};

const HOUR: Duration = Duration::from_hours(1);
const SLACK: &str = "https://hooks.slack.com/services/T/B/secret";

async fn destination(world: &World, kind: &str, secret: &str, chat_id: Option<&str>) -> Uuid {
    let destination = Uuid::new_v4();
    let keys = &world.settings.connections.keys;
    let sealed = keys.seal(
        world.agency,
        TokenKind::AlertDestination,
        &Secret::new(secret),
    );
    let kinds: Vec<String> = KINDS.iter().map(|kind| (*kind).to_owned()).collect();
    world
        .run(
            "insert into alert_destinations (agency_id, destination_id, kind, name, host, chat_id, \
             secret_sealed, alert_kinds, created_at) values ($1, $2, $3, 'ops', 'h', $4, $5, $6, now())",
            &[
                world.agency.into(),
                destination.into(),
                kind.into(),
                chat_id.into(),
                sealed.unwrap().into(),
                kinds.into(),
            ],
        )
        .await;
    destination
}

/// An agency with a shift that was missed and a Slack channel.
async fn with_missed_shift(database: &TestDatabase, member: &str) -> World {
    let world = World::new(database, "Europe/Berlin", at(NOON)).await;
    let member = world.member(member).await;
    let start = at(NOON).minus(3 * HOUR);
    world
        .shift(member, None, (start, start.plus(8 * HOUR)))
        .await;
    destination(&world, "slack", SLACK, None).await;
    world
}

fn sent(world: &World) -> Vec<(String, String)> {
    let sent = world.platform.http.sent.borrow();
    sent.iter()
        .map(|request| {
            let body = String::from_utf8(request.body.clone()).unwrap();
            (request.url.clone(), body)
        })
        .collect()
}

async fn states(world: &World) -> Vec<(String, i32, Option<i32>, Option<String>)> {
    let rows = world
        .run(
            "select state, attempts, last_status, last_error from alert_deliveries \
             where agency_id = $1 order by alert_key",
            &[world.agency.into()],
        )
        .await;
    let read = rows.iter().map(|row| {
        let state = row.get(0).unwrap();
        (
            state,
            row.get(1).unwrap(),
            row.get(2).unwrap(),
            row.get(3).unwrap(),
        )
    });
    read.collect()
}

#[tokio::test]
async fn d110_an_alert_goes_to_its_own_agency_only() {
    for_each_database(async |database| {
        let blue = with_missed_shift(database, "Ana").await;
        let red = with_missed_shift(database, "Bea").await;
        // One step over all agencies, as the schedule runs it.
        let everybody = tidemark_jobs::StepRequest::default();
        let step = tidemark_team::check_late_shifts(&blue.platform, &blue.settings, &everybody);
        step.await.unwrap();
        // The other's secret is sealed with another key here, so nothing of it can go out.
        let texts = sent(&blue);
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].1.contains("Ana") && !texts[0].1.contains("Bea"));
        let (_, _, _, error) = states(&red).await.remove(0);
        assert!(error.unwrap().contains("cannot be opened"));
        for world in [&blue, &red] {
            let foreign = "select count(*) from alert_deliveries as delivery \
                           join alert_destinations as destination using (destination_id) \
                           where delivery.agency_id = $1 \
                           and destination.agency_id <> delivery.agency_id";
            assert_eq!(world.count(foreign).await, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn d111_a_delivery_is_recorded_and_made_once() {
    for_each_database(async |database| {
        let world = with_missed_shift(database, "Ana").await;
        let token = "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        destination(&world, "telegram", token, Some("-100")).await;
        for _ in 0..3 {
            world.check_shifts().await;
        }
        let mut urls: Vec<String> = sent(&world).into_iter().map(|(url, _)| url).collect();
        urls.sort();
        let telegram = format!("https://api.telegram.org/bot{token}/sendMessage");
        assert_eq!(urls, [telegram, SLACK.to_owned()]);
        let sent_once = ("sent".to_owned(), 1, None, None);
        assert_eq!(states(&world).await, [sent_once.clone(), sent_once]);
    })
    .await;
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_after_its_pauses_and_given_up_at_last() {
    for_each_database(async |database| {
        let world = with_missed_shift(database, "Ana").await;
        world
            .platform
            .http
            .answers(|_| Err(HttpError::Broken("refused https://secret".to_owned())));
        let mut now = at(NOON);
        for (attempts, pause) in [
            (1, 6),
            (2, 360),
            (3, 2_160),
            (4, 8_640),
            (5, 21_600),
            (6, 43_200),
            (7, 43_200),
            (8, 0),
        ] {
            world.set(now);
            world.check_shifts().await;
            // Too early for the next one.
            world.check_shifts().await;
            let (state, made, _, error) = states(&world).await.remove(0);
            assert_eq!(made, attempts);
            let expected = if attempts == 8 { "failed" } else { "queued" };
            assert_eq!(state, expected);
            assert_eq!(error.as_deref(), Some("no answer came"));
            now = now.plus(Duration::from_secs(pause));
        }
    })
    .await;
}

#[tokio::test]
async fn a_destination_that_asks_for_a_pause_gets_it_and_one_that_is_gone_is_disabled() {
    for_each_database(async |database| {
        let world = with_missed_shift(database, "Ana").await;
        let http = &world.platform.http;
        http.answers(|_| {
            let mut answer = status(429);
            answer
                .headers
                .push(("retry-after".to_owned(), "600".to_owned()));
            Ok(answer)
        });
        world.check_shifts().await;
        http.answers(|_| Ok(status(200)));
        world.set(at(NOON).plus(Duration::from_secs(500)));
        world.check_shifts().await;
        assert_eq!(sent(&world).len(), 1);
        world.set(at(NOON).plus(Duration::from_secs(601)));
        world.check_shifts().await;
        assert_eq!(states(&world).await, [("sent".to_owned(), 2, None, None)]);

        let gone = with_missed_shift(database, "Bea").await;
        gone.platform.http.answers(|_| Ok(status(410)));
        gone.check_shifts().await;
        let disabled = "select count(*) from alert_destinations \
                        where agency_id = $1 and state = 'disabled'";
        assert_eq!(gone.count(disabled).await, 1);
        assert_eq!(states(&gone).await[0].0, "failed");
    })
    .await;
}

#[tokio::test]
async fn stale_data_and_a_lost_connection_are_told_once_an_episode() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let model = world.model("active").await;
        world.model("reconnect").await;
        destination(&world, "slack", SLACK, None).await;
        let proven = async |until: &str| {
            world
                .run(
                    "insert into sync_state (agency_id, model_id, stream, proven_since, proven_until) \
                     values ($1, $2, 'transactions', '2018-01-01Z', $3::text::timestamptz) \
                     on conflict (agency_id, model_id, stream) \
                     do update set proven_until = excluded.proven_until",
                    &[world.agency.into(), model.into(), until.into()],
                )
                .await;
        };
        proven("2026-11-22T09:00:00Z").await;
        for minutes in [0, 5, 10] {
            world.set(at(NOON).plus(Duration::from_mins(minutes)));
            world.check_shifts().await;
            world.check_posts().await;
        }
        let alerts = "select count(*) from alerts where agency_id = $1";
        assert_eq!(world.count(alerts).await, 2);
        assert_eq!(sent(&world).len(), 2);
        assert!(sent(&world).iter().any(|(_, body)| body.contains("2026-11-22 10:00")));
        // It recovers, and grows stale again.
        proven("2026-11-22T11:15:00Z").await;
        world.set(at(NOON).plus(Duration::from_mins(20)));
        world.check_shifts().await;
        world.set(at(NOON).plus(3 * HOUR));
        world.check_shifts().await;
        world.check_posts().await;
        assert_eq!(world.count(alerts).await, 3);
    })
    .await;
}
