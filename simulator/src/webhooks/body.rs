//! The bodies.

use serde_json::{Value, json};

use crate::account::Account;
use crate::fans::Fan;
use crate::ledger::{Row, order_id};
use crate::randomness::Identifiers;
use crate::source::Source;

/// A row, and what it takes to tell of it.
pub(super) struct Subject<'world> {
    pub(super) account: &'world Account,
    pub(super) row: &'world Row,
    pub(super) fans: &'world [Fan],
    pub(super) identifiers: Identifiers,
}

impl Subject<'_> {
    /// The creator's family: topic and body.
    pub(super) fn envelope(&self) -> (&'static str, Value) {
        let row = self.row;
        let at = row.key.occurred_at;
        let topic = match row.source {
            Source::Refund => "creator.refund.created",
            Source::Chargeback => "creator.dispute.created",
            _ => "creator.payment.succeeded",
        };
        let data = if row.source.is_reversal() {
            json!({
                "object": if row.source == Source::Refund { "refund" } else { "dispute" },
                "id": format!("FVC-{}", row.order_number),
                "payment_id": row.reverses.map(order_id),
                // Positive here, negative in the rows.
                "amount": -row.gross_cents,
                "currency": null,
                "created_at": at,
                "purchaser": self.purchaser(),
            })
        } else {
            json!({
                "object": "payment",
                "id": row.order_id(),
                "source": row.source,
                "gross": row.gross_cents,
                "currency": null,
                "paid_at": at,
                "created_at": at,
                "post_uuid": self.account.post_of(row),
                "message_uuid": row.message_uuid(self.identifiers),
                "purchaser": self.purchaser(),
                "creator": {
                    "uuid": self.account.profile.uuid,
                    "handle": self.account.profile.handle,
                },
            })
        };
        let id = self.identifiers.of("event", row.key.sequence);
        let body = json!({"id": format!("evt_{id}"), "type": topic, "timestamp": at, "data": data});
        (topic, body)
    }

    /// The flat family, which knows sales only.
    pub(super) fn flat(&self) -> Option<(&'static str, Value)> {
        let row = self.row;
        let topic = match row.source {
            Source::Subscription => "subscription.new",
            Source::Tip => "tip.new",
            Source::Message | Source::Post | Source::MediaLink => "purchase.new",
            _ => return None,
        };
        let mut body = json!({
            "price": row.gross_cents,
            "recipientUuid": self.account.profile.uuid,
            "sender": self.purchaser(),
            "timestamp": row.key.occurred_at,
        });
        if topic == "purchase.new" {
            let message = row.message_uuid(self.identifiers);
            let (name, id) = match message {
                Some(message) => ("routeUuid", Some(message)),
                None => ("postUuid", self.account.post_of(row)),
            };
            body[name] = json!(id);
        }
        Some((topic, body))
    }

    fn purchaser(&self) -> Value {
        self.row.fan(self.fans).map_or(
            Value::Null,
            |fan| json!({"uuid": fan.uuid, "handle": fan.handle}),
        )
    }
}
