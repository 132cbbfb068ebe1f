//! A creator's audience as it truly is, and what tests let happen to it.

use uuid::Uuid;

use crate::account::Account;
use crate::clock::Micros;
use crate::world::{UnknownModel, World};

/// Starts and ends of subscriptions of one UTC day that has any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimulatedDay {
    /// Days since 1970.
    pub day: i64,
    /// Subscriptions that began.
    pub started: u32,
    /// Subscriptions that ended for good.
    pub ended: u32,
}

/// What the lists count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadCounts {
    /// Active subscribers.
    pub subscribers: usize,
    /// Followers who do not subscribe.
    pub followers: usize,
    /// Published posts.
    pub posts: usize,
    /// Unread messages; Fanvue tells them to the creator alone.
    pub unread_messages: u32,
}

impl World {
    /// Every day of a creator on which a subscription began or ended, oldest first, also days that
    /// Fanvue no longer tells.
    pub fn subscriber_days(&self, model: Uuid) -> Result<Vec<SimulatedDay>, UnknownModel> {
        let days = self.crowd_of(model)?.audience.days().iter();
        Ok(days
            .map(|day| SimulatedDay {
                day: day.day,
                started: day.started,
                ended: day.ended,
            })
            .collect())
    }

    /// What Fanvue counts of a creator.
    pub fn head_counts(&self, model: Uuid, now: Micros) -> Result<HeadCounts, UnknownModel> {
        let account = self.crowd_of(model)?;
        let now = self.server_time(now);
        let published = account.posts.iter().filter(|post| post.published_at <= now);
        Ok(HeadCounts {
            subscribers: account.audience.segments(now).subscribers,
            followers: account.audience.followers as usize,
            posts: published.count(),
            unread_messages: account.unread_messages,
        })
    }

    /// From now on so many subscribers cannot be contacted: the lists leave them out, and no event
    /// tells of it.
    pub fn hide_subscribers(&mut self, model: Uuid, count: usize) -> Result<(), UnknownModel> {
        self.crowd_of_mut(model)?.audience.hidden = count;
        Ok(())
    }

    /// Fanvue's series of subscriber events begins on that day, in days since 1970.
    pub fn begin_subscriber_days(&mut self, model: Uuid, day: i64) -> Result<(), UnknownModel> {
        self.crowd_of_mut(model)?.audience.told_from = Some(day);
        Ok(())
    }

    /// Takes a creator's latest posts away until so many are left.
    pub fn keep_posts(&mut self, model: Uuid, count: usize) -> Result<(), UnknownModel> {
        self.crowd_of_mut(model)?.posts.truncate(count);
        Ok(())
    }

    fn crowd_of(&self, model: Uuid) -> Result<&Account, UnknownModel> {
        Ok(&self.accounts[self.creator_position(model)?])
    }

    fn crowd_of_mut(&mut self, model: Uuid) -> Result<&mut Account, UnknownModel> {
        let position = self.creator_position(model)?;
        Ok(&mut self.accounts[position])
    }
}
