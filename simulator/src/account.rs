//! One Fanvue user that can grant access: a creator with all its books, or the agency with none.

use serde::Serialize;
use uuid::Uuid;

use crate::audience::Audience;
use crate::clock::Micros;
use crate::fans::{Fan, FanIndex};
use crate::ledger::{Ledger, Row, order_id};
use crate::ledger_row::LedgerRow;
use crate::posts::Post;
use crate::randomness::Identifiers;
use crate::source::Source;
use crate::switches::Shape;

/// Spending with a creator from which a fan counts as a top spender, in US cents.
const TOP_SPENDER_CENTS: i64 = 50_000;
/// The smart list "spent more than 50" counts fans above this, in US cents.
const SPENT_MORE_THAN_50_CENTS: i64 = 5_000;

/// What the world knows of a user, apart from money and fans.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) uuid: Uuid,
    pub(crate) handle: String,
    pub(crate) display_name: String,
    pub(crate) bio: String,
    pub(crate) is_creator: bool,
    pub(crate) registered_at: Micros,
}

/// Counters of things nobody has read yet.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Notifications {
    #[serde(rename = "newFollower")]
    pub(crate) followers: u32,
    #[serde(rename = "newPostComment")]
    pub(crate) post_comments: u32,
    #[serde(rename = "newPostLike")]
    pub(crate) post_likes: u32,
    #[serde(rename = "newPurchase")]
    pub(crate) purchases: u32,
    #[serde(rename = "newSubscriber")]
    pub(crate) subscribers: u32,
    #[serde(rename = "newTip")]
    pub(crate) tips: u32,
    #[serde(rename = "newPromotion")]
    pub(crate) promotions: u32,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) profile: Profile,
    /// Monthly price, US cents.
    pub(crate) plan_cents: i64,
    /// Fans who may buy here; the first ones buy most.
    pub(crate) pool: Vec<FanIndex>,
    pub(crate) ledger: Ledger,
    /// Its own generation of rows, instead of the world's.
    pub(crate) shape: Option<Shape>,
    pub(crate) audience: Audience,
    /// Oldest first.
    pub(crate) posts: Vec<Post>,
    pub(crate) unread_chats: u32,
    pub(crate) unread_messages: u32,
    pub(crate) notifications: Notifications,
    /// US cents per fan of the world, after reversals.
    spent: Vec<i64>,
}

impl Account {
    pub(crate) fn new(profile: Profile, fans: usize, followers: u32) -> Self {
        Self {
            profile,
            plan_cents: 999,
            pool: Vec::new(),
            ledger: Ledger::default(),
            shape: None,
            audience: Audience::new(fans, followers),
            posts: Vec::new(),
            unread_chats: 0,
            unread_messages: 0,
            notifications: Notifications::default(),
            spent: vec![0; fans],
        }
    }

    /// Books a row, and everything that follows from it.
    pub(crate) fn record(&mut self, row: Row) {
        let at = row.key.occurred_at;
        if let Some(fan) = row.fan {
            match row.source {
                Source::Subscription => {
                    let is_trial = row.gross_cents == 0;
                    let renews = row.key.sequence % 10 < 7;
                    self.audience.start(fan, at, is_trial, renews);
                }
                Source::Renewal => self.audience.renew(fan, at),
                _ => {}
            }
        }
        self.add_money(&row);
        self.ledger.insert(row);
    }

    /// Takes a row out of the books. Whoever subscribed with it stays a subscriber.
    pub(crate) fn withdraw(&mut self, row: &Row) {
        if let Some(fan) = row.fan {
            self.spent[fan.position()] -= row.gross_cents;
        }
        if let Some(post) = row.tipped_post() {
            let tips = &mut self.posts[post].tips;
            tips.remove(row.gross_cents, row.net_cents);
        }
        self.ledger.remove(row);
    }

    /// Puts a row into the place of another one.
    pub(crate) fn replace(&mut self, row: &Row, by: Row) {
        self.withdraw(row);
        self.add_money(&by);
        self.ledger.insert(by);
    }

    fn add_money(&mut self, row: &Row) {
        if let Some(fan) = row.fan {
            self.spent[fan.position()] += row.gross_cents;
        }
        if let Some(post) = row.tipped_post() {
            self.posts[post].tips.add(row.gross_cents, row.net_cents);
        }
    }

    /// Counts a sale among the things nobody has read yet.
    pub(crate) fn notify(&mut self, source: Source) {
        let counter = match source {
            Source::Subscription => &mut self.notifications.subscribers,
            Source::Tip => &mut self.notifications.tips,
            Source::Message | Source::Post | Source::MediaLink => &mut self.notifications.purchases,
            _ => return,
        };
        *counter += 1;
    }

    pub(crate) fn is_top_spender(&self, fan: FanIndex) -> bool {
        self.spent[fan.position()] >= TOP_SPENDER_CENTS
    }

    pub(crate) fn fans_who_spent_more_than_50(&self) -> usize {
        self.spent
            .iter()
            .filter(|cents| **cents > SPENT_MORE_THAN_50_CENTS)
            .count()
    }

    /// The stored row with all its members.
    pub(crate) fn ledger_row(
        &self,
        row: &Row,
        fans: &[Fan],
        identifiers: Identifiers,
    ) -> LedgerRow {
        LedgerRow {
            sequence: row.key.sequence,
            order_id: row.order_id(),
            occurred_at: row.key.occurred_at,
            source: row.source,
            gross_cents: row.gross_cents,
            net_cents: row.net_cents,
            total_cents: row.total_cents,
            currency: row.currency,
            fan: row.fan(fans).map(|fan| fan.uuid),
            message: row.message_uuid(identifiers),
            post: self.post_of(row),
            reverses: row.reverses.map(order_id),
        }
    }

    /// The post that was sold, or whose sale is taken back.
    pub(crate) fn post_of(&self, row: &Row) -> Option<Uuid> {
        let position = row.post_position()?;
        self.posts.get(position).map(|post| post.uuid)
    }
}
