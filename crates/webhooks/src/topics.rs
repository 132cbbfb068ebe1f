//! The topics that Fanvue documents, and whether they can concern the ledger.
//!
//! Sources: <https://api.fanvue.com/docs/webhooks/webhooks-overview>,
//! <https://api.fanvue.com/docs/checkout/overview>, <https://api.fanvue.com/docs/app-store/webhooks>
//! and <https://api.fanvue.com/docs/creator/overview>.

/// Topics after which the ledger may hold a new row, or one with another status.
const OF_MONEY: [&str; 21] = [
    "subscription.new",
    "purchase.new",
    "tip.new",
    "checkout_link.payment.pending",
    "checkout_link.payment.succeeded",
    "checkout_link.payment.failed",
    "checkout_link.subscription.activated",
    "checkout_link.subscription.deactivated",
    "checkout_link.refund.created",
    "checkout_link.dispute.flagged",
    "checkout_link.dispute.created",
    "payout.paid",
    "app.payment.succeeded",
    "app.payment.refunded",
    "creator.payment.succeeded",
    "creator.refund.created",
    "creator.dispute.created",
    "creator.subscription.activated",
    "creator.subscription.renewed",
    "creator.subscription.deactivated",
    "creator.subscription.cancel_at_period_end_changed",
];

/// Topics that leave the ledger alone.
const OTHERS: [&str; 13] = [
    "message.received",
    "message.read",
    "follow.new",
    "creator.logout",
    "checkout_link.subscription.cancel_at_period_end_changed",
    "creator.follow.created",
    "creator.message.received",
    "creator.message.sent",
    "creator.message.read",
    "creator.message.deleted",
    "creator.message.reaction",
    "creator.fan.presence_changed",
    "creator.fan.status_changed",
];

/// What a topic is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// documented, and the ledger may have changed
    Money,
    /// documented, and the ledger has not changed
    Other,
    /// not documented, so worth a look
    Unknown,
}

impl Meaning {
    /// The meaning of a topic.
    pub fn of(topic: &str) -> Self {
        if OF_MONEY.contains(&topic) {
            Self::Money
        } else if OTHERS.contains(&topic) {
            Self::Other
        } else {
            Self::Unknown
        }
    }

    /// Whether to look at the creator's earnings.
    pub fn is_hint(self) -> bool {
        self != Self::Other
    }
}
