//! Webhooks: what Fanvue tells the client's application when something is sold.
//!
//! The world only decides what is said and when; the shell signs and sends. Each new row of a running
//! world is announced in the families asked for, rows of the generated history never.
//!
//! Bodies follow fanvue-api.md section 10: the flat family has neither id nor type, the envelope has
//! both, and an envelope of a refund or dispute does not name the creator.

mod body;
mod outbox;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use outbox::{Delivered, WebhookLog};
pub(crate) use outbox::{Outbox, Parcel};

use crate::ledger::Row;
use crate::world::World;

/// Which families of bodies are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookFamily {
    /// `{id, type, timestamp, data}`.
    Envelope,
    /// Members on the first level.
    Flat,
    /// One of each for every sale.
    #[default]
    Both,
}

/// Where webhooks go, and what goes wrong with them. Rates are per mille of deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhooks {
    /// The receiver's address.
    pub url: String,
    /// The signing secret.
    pub secret: String,
    /// The families sent. Default both.
    #[serde(default)]
    pub family: WebhookFamily,
    /// Deliveries that are sent once more, with the same bytes.
    #[serde(default)]
    pub duplicated: u32,
    /// Deliveries that are overtaken by the ones after them.
    #[serde(default)]
    pub reordered: u32,
    /// Deliveries that come late.
    #[serde(default)]
    pub delayed: u32,
    /// How late, at the most, in milliseconds. Default 5,000.
    #[serde(default = "longest_delay")]
    pub longest_delay_ms: u32,
}

fn longest_delay() -> u32 {
    5_000
}

impl Webhooks {
    /// Both families, and nothing goes wrong.
    pub fn to(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            secret: secret.into(),
            family: WebhookFamily::default(),
            duplicated: 0,
            reordered: 0,
            delayed: 0,
            longest_delay_ms: longest_delay(),
        }
    }
}

/// How much later than its neighbours an overtaken delivery is sent.
const OVERTAKEN_BY: Duration = Duration::from_millis(400);

impl World {
    /// Says where webhooks go from now on; with `None` none are sent.
    pub fn set_webhooks(&mut self, webhooks: Option<Webhooks>) {
        self.outbox.webhooks = webhooks;
    }

    /// Where webhooks go.
    pub fn webhooks(&self) -> Option<&Webhooks> {
        self.outbox.webhooks.as_ref()
    }

    /// What was delivered so far.
    pub fn webhook_log(&self) -> &WebhookLog {
        &self.outbox.log
    }

    /// Puts the announcements of a new row into the outbox.
    pub(crate) fn announce(&mut self, position: usize, row: &Row) {
        let Some(webhooks) = self.outbox.webhooks.clone() else {
            return;
        };
        let account = &self.accounts[position];
        let subject = body::Subject {
            account,
            row,
            fans: &self.fans,
            identifiers: self.identifiers,
        };
        let mut bodies = Vec::new();
        if webhooks.family != WebhookFamily::Flat {
            bodies.push(subject.envelope());
        }
        if webhooks.family != WebhookFamily::Envelope {
            bodies.extend(subject.flat());
        }
        for (topic, body) in bodies {
            self.outbox.post(&webhooks, topic, &body);
        }
    }
}
