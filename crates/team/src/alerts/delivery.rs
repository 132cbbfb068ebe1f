//! Sending the outbox: claimed one batch at a time, each attempt recorded, tried again with growing
//! pauses. Source: practice section 6, outbound alerts.

use std::time::Duration;

use tidemark_domain::{AgencyId, Instant, Secret, backoff};
use tidemark_ports::{HttpMethod, HttpRequest, HttpResponse, Platform, Row, SqlError};
use tidemark_sealing::TokenKind;
use uuid::Uuid;

use super::destination::{self, Channel};
use super::format;
use crate::check::TeamSettings;

/// The pauses before a failed delivery is tried again, each with jitter of up to a fifth on top;
/// after the last one it has failed for good.
pub const PAUSES: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(10),
];

/// A destination that took nothing for so long is disabled.
pub const GIVEN_UP_AFTER: Duration = Duration::from_hours(120);

/// A claimed delivery whose step has stored nothing for so long is sent again.
const CLAIM_EXPIRES_AFTER: Duration = Duration::from_mins(1);

/// Deliveries of one claim.
const BATCH: i64 = 20;

/// A claimed delivery.
struct Delivery {
    agency: AgencyId,
    alert_key: String,
    destination_id: Uuid,
    attempts: i32,
    parts_sent: i32,
    channel: Option<Channel>,
    secret_sealed: Vec<u8>,
    kind: String,
    title: String,
    detail: String,
}

/// How an attempt ended.
struct Attempt {
    parts_sent: i32,
    failure: Option<Failure>,
}

/// Why an attempt failed.
struct Failure {
    status: Option<i32>,
    message: String,
    /// the whole destination asks for a pause
    throttles: Option<Duration>,
    /// it will never take anything again
    is_gone: bool,
}

/// Sends what is due until nothing is, or until `deadline`. What fails is recorded, and no error.
///
/// # Errors
/// When a statement fails.
pub async fn deliver<P: Platform>(
    platform: &P,
    settings: &TeamSettings,
    agency: Option<AgencyId>,
    deadline: Instant,
) -> Result<(), SqlError> {
    while platform.now() < deadline {
        let claimed = claim(platform, agency).await?;
        let is_last = i64::try_from(claimed.len()).unwrap_or(BATCH) < BATCH;
        for delivery in claimed {
            let attempt = attempt(platform, settings, &delivery).await;
            record(platform, &delivery, &attempt).await?;
        }
        if is_last {
            break;
        }
    }
    Ok(())
}

async fn claim<P: Platform>(
    platform: &P,
    agency: Option<AgencyId>,
) -> Result<Vec<Delivery>, SqlError> {
    let now = platform.now();
    let until = now.plus(CLAIM_EXPIRES_AFTER);
    let parameters = [agency.into(), now.into(), until.into(), BATCH.into()];
    let rows = platform
        .query(include_str!("../sql/claim_deliveries.sql"), &parameters)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Delivery, SqlError> {
    let kind: String = row.get(5)?;
    Ok(Delivery {
        agency: AgencyId::new(row.get(0)?),
        alert_key: row.get(1)?,
        destination_id: row.get(2)?,
        attempts: row.get(3)?,
        parts_sent: row.get(4)?,
        channel: Channel::of(&kind, row.get(6)?),
        secret_sealed: row.get(7)?,
        kind: row.get(8)?,
        title: row.get(9)?,
        detail: row.get(10)?,
    })
}

async fn attempt<P: Platform>(
    platform: &P,
    settings: &TeamSettings,
    delivery: &Delivery,
) -> Attempt {
    let mut parts_sent = delivery.parts_sent;
    let failure = send(platform, settings, delivery, &mut parts_sent)
        .await
        .err();
    Attempt {
        parts_sent,
        failure,
    }
}

async fn send<P: Platform>(
    platform: &P,
    settings: &TeamSettings,
    delivery: &Delivery,
    parts_sent: &mut i32,
) -> Result<(), Failure> {
    let local = |message: String| Failure {
        status: None,
        message,
        throttles: None,
        is_gone: false,
    };
    let channel = delivery.channel.as_ref();
    let channel = channel.ok_or_else(|| local("the destination is incomplete".to_owned()))?;
    let keys = &settings.connections.keys;
    let secret = keys
        .open(
            delivery.agency,
            TokenKind::AlertDestination,
            &delivery.secret_sealed,
        )
        .map_err(|_| {
            local("the destination's secret cannot be opened; enter it again".to_owned())
        })?;
    // Checked again: the list of hosts may have changed since it was stored.
    destination::check(channel, secret.expose(), &settings.alert_base_url)
        .map_err(|error| local(error.to_string()))?;
    let parts = format::parts(channel, &delivery.kind, &delivery.title, &delivery.detail);
    let first = usize::try_from(*parts_sent).unwrap_or(0);
    for part in parts.iter().skip(first) {
        post(platform, channel, &secret, part).await?;
        *parts_sent += 1;
    }
    Ok(())
}

async fn post<P: Platform>(
    platform: &P,
    channel: &Channel,
    secret: &Secret,
    body: &format::Part,
) -> Result<(), Failure> {
    let request = HttpRequest {
        method: HttpMethod::Post,
        url: channel.url(secret),
        headers: vec![("content-type", "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    };
    match platform.send(request).await {
        Ok(response) if (200..300).contains(&response.status) => Ok(()),
        Ok(response) => Err(refused(&response)),
        // The cause may name the URL, which is a secret.
        Err(_) => Err(Failure {
            status: None,
            message: "no answer came".to_owned(),
            throttles: None,
            is_gone: false,
        }),
    }
}

fn refused(response: &HttpResponse) -> Failure {
    let asked = response
        .header("retry-after")
        .and_then(|seconds| seconds.parse().ok())
        .map(|seconds: u64| Duration::from_secs(seconds.min(24 * 3600)));
    let throttles = match response.status {
        429 => Some(asked.unwrap_or(Duration::from_mins(1))),
        500..=599 => Some(asked.unwrap_or(Duration::from_secs(5))),
        _ => None,
    };
    Failure {
        status: Some(i32::from(response.status)),
        message: format!("answered with status {}", response.status),
        throttles,
        is_gone: response.status == 410,
    }
}

/// When a delivery that failed `attempts` times is tried again; `None` when it has failed for good.
fn next_attempt_at(attempts: i32, now: Instant, seed: u128) -> Option<Instant> {
    let place = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let pause = *PAUSES.get(place)?;
    Some(now.plus(pause).plus(backoff::jitter(pause / 5, now, seed)))
}

async fn record<P: Platform>(
    platform: &P,
    delivery: &Delivery,
    attempt: &Attempt,
) -> Result<(), SqlError> {
    let now = platform.now();
    let failure = attempt.failure.as_ref();
    let next_at = failure
        .filter(|failure| !failure.is_gone)
        .and_then(|_| next_attempt_at(delivery.attempts, now, delivery.destination_id.as_u128()));
    let throttled_until = failure
        .and_then(|failure| failure.throttles)
        .map(|pause| now.plus(pause).max(next_at.unwrap_or(now)));
    let state = match (failure, next_at) {
        (None, _) => "sent",
        (Some(_), Some(_)) => "queued",
        (Some(_), None) => "failed",
    };
    let parameters = [
        delivery.agency.into(),
        delivery.alert_key.as_str().into(),
        delivery.destination_id.into(),
        delivery.attempts.into(),
        state.into(),
        attempt.parts_sent.into(),
        next_at.unwrap_or(now).into(),
        failure.and_then(|failure| failure.status).into(),
        failure.map(|failure| failure.message.clone()).into(),
        now.into(),
        throttled_until.into(),
        failure.is_some_and(|failure| failure.is_gone).into(),
        now.minus(GIVEN_UP_AFTER).into(),
    ];
    platform
        .query(include_str!("../sql/record_delivery.sql"), &parameters)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_as_published_and_end() {
        let now = Instant::from_micros(0);
        for (attempts, seconds) in [(1, 5), (2, 300), (3, 1_800), (4, 7_200), (7, 36_000)] {
            let pause = next_attempt_at(attempts, now, 7).unwrap().since(now);
            let least = Duration::from_secs(seconds);
            assert!(pause >= least && pause <= least + least / 5, "{attempts}");
        }
        assert_eq!(next_attempt_at(8, now, 7), None);
    }
}
