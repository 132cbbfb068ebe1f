//! Keys, as pure functions of a row (defect D13).

use tidemark_domain::{Cents, FanId, Instant, Source};
use tidemark_fanvue::EarningsRow;
use uuid::Uuid;

/// The members that tell rows of one key apart, in the order in which lines are numbered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Members {
    /// payment time
    pub occurred_at: Instant,
    /// gross
    pub gross: Cents,
    /// net
    pub net: Cents,
    /// the message sold
    pub message: Option<Uuid>,
    /// the post sold
    pub post: Option<Uuid>,
    /// who paid
    pub fan: Option<FanId>,
}

impl Members {
    /// Those of a row.
    pub const fn of(row: &EarningsRow) -> Self {
        Self {
            occurred_at: row.occurred_at,
            gross: row.gross,
            net: row.net,
            message: row.message_id,
            post: row.post_id,
            fan: row.fan,
        }
    }

    /// Whether both may tell of the same payment: what only one of them knows does not count.
    pub fn agrees_with(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
            match (one, other) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            }
        }
        (self.occurred_at, self.gross, self.net) == (other.occurred_at, other.gross, other.net)
            && agree(self.message, other.message)
            && agree(self.post, other.post)
            && agree(self.fan, other.fan)
    }
}

/// The key of the first line of an order.
pub fn order_key(order: &str, source: &Source) -> String {
    format!("order:{order}:{source}")
}

/// The key of a further line of an order.
pub fn line_key(order: &str, source: &Source, members: &Members) -> String {
    let micros = members.occurred_at.micros();
    let order = order_key(order, source);
    format!("{order}:{micros}:{}", amounts_and_ids(members))
}

/// What equal rows without an order id have in common; begins with the instant.
pub fn bare_members(row: &EarningsRow) -> String {
    let members = Members::of(row);
    let micros = members.occurred_at.micros();
    format!("{micros}:{}:{}", row.source, amounts_and_ids(&members))
}

/// The key of a row without an order id: its members and its number among equal rows.
pub fn bare_key(members: &str, occurrence: u32) -> String {
    format!("row:{members}#{occurrence}")
}

fn amounts_and_ids(members: &Members) -> String {
    let or_dash = |id: Option<Uuid>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let ids = [members.fan.map(FanId::uuid), members.message, members.post];
    let (gross, net) = (members.gross.get(), members.net.get());
    format!("{gross}:{net}:{}", ids.map(or_dash).join(":"))
}
