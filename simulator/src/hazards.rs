//! What is awkward about the rows of a world, although every answer about them is true.

use std::time::Duration;

/// How often rows are awkward; rates are per mille. None of it changes how many rows there are.
///
/// The rates shape the generated history. What can only happen to a running world (late and
/// future-dated rows, reversals before their sales, rows that change or vanish) happens at
/// [`Hazards::live_event_gap`], or when [`crate::World::churn`] is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hazards {
    /// Of the rewards: they have no order id.
    pub rewards_without_id: u32,
    /// Of the refunds and chargebacks: they have no order id of their own.
    pub refunds_without_id: u32,
    /// Of the refunds and chargebacks: they take back one half.
    pub partial_reversals: u32,
    /// Of the sales: they are a further row, with another amount, of the order before.
    pub multi_line_orders: u32,
    /// Of the sales: apart from the order id they are the sale before once more.
    pub equal_sales: u32,
    /// Of the sales: they share the instant of the sale before. From about 900 on, pages end inside
    /// an instant.
    pub crowded_instants: u32,
    /// Of the sales that are no subscriptions: their source is `hologram`.
    pub unknown_sources: u32,
    /// Of the sales that are no subscriptions: their `user` is null.
    pub null_users: u32,
    /// Mean time between two live events (see [`crate::World::churn`]), at least a millisecond;
    /// none happen by default.
    pub live_event_gap: Option<Duration>,
}

impl Hazards {
    /// Rows as they should be.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything that can be wrong with a history, now and then; no live events.
    pub fn moderate() -> Self {
        Self {
            rewards_without_id: 500,
            refunds_without_id: 500,
            partial_reversals: 200,
            multi_line_orders: 30,
            equal_sales: 20,
            crowded_instants: 100,
            unknown_sources: 10,
            null_users: 10,
            live_event_gap: None,
        }
    }
}
