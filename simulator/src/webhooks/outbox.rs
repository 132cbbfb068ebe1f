//! Deliveries that wait to be sent, and what became of those that were.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::{OVERTAKEN_BY, Webhooks};
use crate::randomness::Randomness;

/// Deliveries that are remembered until they are sent; older ones are lost beyond that, as with an
/// endpoint that is down for long.
const MOST_WAITING: usize = 100_000;

/// One delivery to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) topic: &'static str,
    pub(crate) body: Vec<u8>,
    /// How long to wait before it is sent.
    pub(crate) delay: Duration,
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Delivered {
    /// The receiver answered with this status.
    Answered(u16),
    /// No answer came.
    Lost,
}

/// What became of deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookLog {
    /// Status, then how often; tries that were repeated count each.
    pub answered: BTreeMap<u16, u64>,
    /// Tries without an answer.
    pub lost: u64,
}

impl WebhookLog {
    /// Deliveries that the receiver took.
    pub fn accepted(&self) -> u64 {
        let taken = self.answered.range(200..300);
        taken.map(|(_, count)| count).sum()
    }

    pub(crate) fn note(&mut self, delivered: Delivered) {
        match delivered {
            Delivered::Answered(status) => *self.answered.entry(status).or_default() += 1,
            Delivered::Lost => self.lost += 1,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) webhooks: Option<Webhooks>,
    pub(crate) log: WebhookLog,
    waiting: Vec<Parcel>,
    randomness: Randomness,
}

impl Outbox {
    pub(crate) fn new(webhooks: Option<Webhooks>, randomness: Randomness) -> Self {
        Self {
            webhooks,
            log: WebhookLog::default(),
            waiting: Vec::new(),
            randomness,
        }
    }

    /// Takes out what is to be sent.
    pub(crate) fn take(&mut self) -> Vec<Parcel> {
        std::mem::take(&mut self.waiting)
    }

    pub(super) fn post(&mut self, webhooks: &Webhooks, topic: &'static str, body: &Value) {
        if self.waiting.len() >= MOST_WAITING {
            return;
        }
        let chance = &mut self.randomness;
        let mut delay = Duration::ZERO;
        if chance.chance(webhooks.reordered) {
            delay = OVERTAKEN_BY;
        }
        if chance.chance(webhooks.delayed) {
            let longest = i64::from(webhooks.longest_delay_ms);
            delay = Duration::from_millis(chance.between(0, longest).unsigned_abs());
        }
        let parcel = Parcel {
            url: webhooks.url.clone(),
            secret: webhooks.secret.clone(),
            topic,
            body: body.to_string().into_bytes(),
            delay,
        };
        if chance.chance(webhooks.duplicated) {
            self.waiting.push(parcel.clone());
        }
        self.waiting.push(parcel);
    }
}
