//! Who follows and subscribes to a creator, and the daily starts and ends behind the head-count.
//!
//! The head-count is the sum of starts minus the sum of ends, always: every start has a
//! subscription row in the ledger and every end is counted on its UTC day.

use std::time::Duration;

use crate::clock::Micros;
use crate::fans::FanIndex;
use crate::randomness::Randomness;

/// A paid period, and a free trial.
pub(crate) const SUBSCRIPTION_PERIOD: Duration = Duration::from_hours(30 * 24);
/// Subscribers who leave on an average day, per mille of those present.
const DAILY_CHURN_PER_MILLE: u32 = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Never,
    /// With the position among the subscribers.
    Subscribed(usize),
    Expired,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Subscriber {
    pub(crate) fan: FanIndex,
    pub(crate) paid_until: Micros,
    pub(crate) is_trial: bool,
    pub(crate) renews: bool,
}

/// Starts and ends of one UTC day that has any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SubscriberDay {
    /// Days since 1970.
    pub(crate) day: i64,
    pub(crate) started: u32,
    pub(crate) ended: u32,
}

#[derive(Debug)]
pub(crate) struct Audience {
    standings: Vec<Standing>,
    subscribers: Vec<Subscriber>,
    days: Vec<SubscriberDay>,
    /// Followers who do not subscribe.
    pub(crate) followers: u32,
    /// Subscribers who cannot be contacted, so that no list counts them.
    pub(crate) hidden: usize,
    /// The first day that the series of events tells; all of them unless said.
    pub(crate) told_from: Option<i64>,
    churned_until: Option<i64>,
}

/// Numbers of fans; the lists overlap, so they are not to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segments {
    pub(crate) subscribers: usize,
    pub(crate) auto_renewing: usize,
    pub(crate) non_renewing: usize,
    pub(crate) on_free_trial: usize,
    pub(crate) expired: usize,
}

impl Audience {
    pub(crate) fn new(fans: usize, followers: u32) -> Self {
        Self {
            standings: vec![Standing::Never; fans],
            subscribers: Vec::new(),
            days: Vec::new(),
            followers,
            hidden: 0,
            told_from: None,
            churned_until: None,
        }
    }

    pub(crate) fn is_subscribed(&self, fan: FanIndex) -> bool {
        matches!(self.standings[fan.position()], Standing::Subscribed(_))
    }

    pub(crate) fn subscribers(&self) -> &[Subscriber] {
        &self.subscribers
    }

    /// Days with a start or an end, oldest first.
    pub(crate) fn days(&self) -> &[SubscriberDay] {
        &self.days
    }

    /// A fan's first payment or free trial. A fan who subscribes already starts nothing.
    pub(crate) fn start(&mut self, fan: FanIndex, at: Micros, is_trial: bool, renews: bool) {
        if self.is_subscribed(fan) {
            return;
        }
        self.standings[fan.position()] = Standing::Subscribed(self.subscribers.len());
        self.subscribers.push(Subscriber {
            fan,
            paid_until: at.plus(SUBSCRIPTION_PERIOD),
            is_trial,
            renews,
        });
        self.day_mut(at.day()).started += 1;
    }

    /// A further payment: the period grows and a trial is over.
    pub(crate) fn renew(&mut self, fan: FanIndex, at: Micros) {
        if let Standing::Subscribed(position) = self.standings[fan.position()] {
            let subscriber = &mut self.subscribers[position];
            subscriber.paid_until = at.plus(SUBSCRIPTION_PERIOD);
            subscriber.is_trial = false;
        }
    }

    /// Ends one subscription on that day, if there is any.
    pub(crate) fn end_one(&mut self, day: i64, randomness: &mut Randomness) {
        if self.subscribers.is_empty() {
            return;
        }
        let position = randomness.position(self.subscribers.len());
        let leaving = self.subscribers.swap_remove(position);
        self.standings[leaving.fan.position()] = Standing::Expired;
        if let Some(moved) = self.subscribers.get(position) {
            self.standings[moved.fan.position()] = Standing::Subscribed(position);
        }
        self.day_mut(day).ended += 1;
    }

    /// Lets subscribers leave on every day that is over before `today`.
    pub(crate) fn churn_until(&mut self, today: i64, randomness: &mut Randomness) {
        let first = self.churned_until.unwrap_or(today);
        for day in first..today {
            let present =
                u32::try_from(self.subscribers.len()).expect("invariant: fans fit into 32 bits");
            let expected = present * DAILY_CHURN_PER_MILLE;
            let rounded_up = randomness.chance(expected % 1_000);
            let leaving = expected / 1_000 + u32::from(rounded_up);
            for _ in 0..leaving {
                self.end_one(day, randomness);
            }
        }
        self.churned_until = Some(today.max(first));
    }

    pub(crate) fn segments(&self, now: Micros) -> Segments {
        let subscribers = self.subscribers.len().saturating_sub(self.hidden);
        let auto_renewing = self.count(|subscriber| subscriber.renews).min(subscribers);
        Segments {
            subscribers,
            auto_renewing,
            non_renewing: subscribers - auto_renewing,
            on_free_trial: self
                .count(|subscriber| subscriber.is_trial && subscriber.paid_until > now),
            expired: self
                .standings
                .iter()
                .filter(|standing| **standing == Standing::Expired)
                .count(),
        }
    }

    fn count(&self, belongs: impl Fn(&Subscriber) -> bool) -> usize {
        self.subscribers
            .iter()
            .filter(|subscriber| belongs(subscriber))
            .count()
    }

    fn day_mut(&mut self, day: i64) -> &mut SubscriberDay {
        let position = self.days.partition_point(|other| other.day < day);
        if self.days.get(position).is_none_or(|found| found.day != day) {
            let empty = SubscriberDay {
                day,
                started: 0,
                ended: 0,
            };
            self.days.insert(position, empty);
        }
        &mut self.days[position]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::randomness::Stream;

    #[test]
    fn the_head_count_is_starts_minus_ends() {
        let mut audience = Audience::new(50, 0);
        let mut randomness = Randomness::new(1, Stream::Fans);
        for fan in 0..50 {
            audience.start(FanIndex(fan), Micros::start_of_day(3), false, true);
        }
        audience.churn_until(3, &mut randomness);
        audience.churn_until(40, &mut randomness);
        let started: u32 = audience.days().iter().map(|day| day.started).sum();
        let ended: u32 = audience.days().iter().map(|day| day.ended).sum();
        assert!(ended > 0);
        let expected = usize::try_from(started - ended).unwrap();
        assert_eq!(audience.subscribers().len(), expected);
    }

    #[test]
    fn subscribing_twice_starts_once() {
        let mut audience = Audience::new(1, 0);
        audience.start(FanIndex(0), Micros(0), true, true);
        audience.start(FanIndex(0), Micros(1), false, true);
        assert_eq!(audience.days()[0].started, 1);
    }

    #[test]
    fn a_renewal_ends_the_free_trial() {
        let mut audience = Audience::new(1, 0);
        audience.start(FanIndex(0), Micros(0), true, true);
        assert_eq!(audience.segments(Micros(1)).on_free_trial, 1);
        audience.renew(FanIndex(0), Micros(1));
        assert_eq!(audience.segments(Micros(1)).on_free_trial, 0);
    }
}
