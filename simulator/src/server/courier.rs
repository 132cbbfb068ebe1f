//! Sends webhooks: signs them when they leave, and tries again where no receiver took them.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2_of_hmac::Sha256;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::SharedWorld;
use super::shell::lock;
use crate::clock::{Clock, Micros};
use crate::webhooks::{Delivered, Parcel};

/// How often the world is asked for new deliveries. Sales that are due are booked with it.
const PULSE: Duration = Duration::from_millis(50);

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// When a delivery that was not taken is tried again, after the try before.
const RETRIES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// Deliveries under way at the same time.
const MOST_UNDER_WAY: usize = 64;

/// Delivers for as long as it is polled. Without a receiver the world is left alone, so that one
/// without webhooks moves on only when it is asked something.
pub(super) async fn deliver(world: SharedWorld, clock: Clock) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "simulator.no_webhooks");
            return;
        }
    };
    let mut under_way = JoinSet::new();
    loop {
        let parcels = {
            let mut world = lock(&world);
            if world.webhooks().is_some() {
                world.advance(clock.now());
            }
            world.outbox.take()
        };
        for parcel in parcels {
            if under_way.len() >= MOST_UNDER_WAY {
                under_way.join_next().await;
            }
            let (client, world, clock) =
                (client.clone(), SharedWorld::clone(&world), clock.clone());
            under_way.spawn(async move { deliver_one(&client, &world, &clock, parcel).await });
        }
        while under_way.try_join_next().is_some() {}
        sleep(PULSE).await;
    }
}

async fn deliver_one(client: &reqwest::Client, world: &SharedWorld, clock: &Clock, parcel: Parcel) {
    sleep(parcel.delay).await;
    let mut retries = RETRIES.iter();
    loop {
        let signature = signature(&parcel.secret, &parcel.body, clock.now());
        let sent = client
            .post(&parcel.url)
            .header("content-type", "application/json")
            .header("x-fanvue-signature", signature)
            .header("x-fanvue-topic", parcel.topic)
            .body(parcel.body.clone())
            .send()
            .await;
        let delivered = match sent {
            Ok(response) => Delivered::Answered(response.status().as_u16()),
            Err(_) => Delivered::Lost,
        };
        lock(world).outbox.log.note(delivered);
        let is_taken = matches!(delivered, Delivered::Answered(200..300));
        match retries.next() {
            Some(pause) if !is_taken => sleep(*pause).await,
            _ => return,
        }
    }
}

/// `t=<unix seconds>,v0=<hex of HMAC-SHA256 over "t.body">`.
fn signature(secret: &str, body: &[u8], at: Micros) -> String {
    let seconds = at.0.div_euclid(1_000_000);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("invariant: HMAC takes keys of any length");
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    format!(
        "t={seconds},v0={}",
        hex::encode(mac.finalize().into_bytes())
    )
}
