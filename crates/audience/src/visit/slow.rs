//! What is slow by nature: events, the past that follows from them, posts.

use tidemark_connections::ConnectionError;
use tidemark_domain::Zone;
use tidemark_fanvue::audience::SubscriberDays;
use tidemark_fanvue::{Answer, FanvueError};
use tidemark_ports::Platform;

use super::Visit;
use crate::kind::Kind;
use crate::past::{self, Past, Walk};
use crate::posts::PageSearch;
use crate::relabel::day_of_derived;
use crate::schedule;
use crate::store::DerivedLevel;

impl<P: Platform> Visit<'_, P> {
    /// Reads what is slow, as far as the run may pay for it: today's events and posts, the older of them
    /// first, then the past.
    ///
    /// # Errors
    /// As [`Visit::count_live`].
    pub async fn read_slow(&mut self) -> Result<(), ConnectionError> {
        let posts_first = self.state.posts_at < self.state.flows_at;
        if posts_first {
            self.count_posts().await?;
        }
        self.read_newest_flows().await?;
        if !posts_first {
            self.count_posts().await?;
        }
        while let Past::Walking(walk) = self.state.progress.past {
            if !self.is_wanted(Kind::Flows) || self.left_to_plan() == 0 {
                break;
            }
            self.walk_on(walk).await?;
        }
        Ok(())
    }

    fn wants_newest_flows(&self) -> bool {
        let now = self.platform.now();
        let is_walking = matches!(self.state.progress.past, Past::Walking(_));
        let is_due = schedule::is_due(Kind::Flows, self.work.model, self.state.flows_at, now);
        self.is_wanted(Kind::Flows) && (is_due || !is_walking) && self.left_to_plan() > 0
    }

    /// Reads the newest events; begins a walk into the past where one is due and the head-count was
    /// the same before and after them.
    async fn read_newest_flows(&mut self) -> Result<(), ConnectionError> {
        if !self.wants_newest_flows() {
            return Ok(());
        }
        let account = self.account();
        let asked_at = self.platform.now();
        let today = Zone::utc().day_of(asked_at);
        let before = past::first_page_before(today);
        let head_count = self
            .state
            .subscribers
            .filter(|_| self.state.counted_at >= Some(self.since))
            .filter(|_| self.state.begins_walk(asked_at) && self.left_to_plan() >= 2);
        let page = self
            .ask(
                Kind::Flows,
                usize::from(head_count.is_some()),
                async |client| client.subscriber_days(account, before).await,
            )
            .await?;
        let Some(page) = page else {
            return Ok(());
        };
        self.found.flows.extend(&page.days);
        self.found.flows_at = Some(asked_at);
        self.state.flows_at = Some(asked_at);
        if let Some(head_count) = head_count {
            let again = self.count_audience(0).await?;
            if again.is_some_and(|counts| counts.subscribers == head_count) {
                let until = self.state.progress.past.until(self.state.known_before);
                let walk = Walk::begin(today, head_count, until);
                self.take_in(walk, &page);
            }
        }
        Ok(())
    }

    async fn walk_on(&mut self, walk: Walk) -> Result<(), ConnectionError> {
        let account = self.account();
        let page = self
            .ask(Kind::Flows, 0, async |client| {
                client.subscriber_days(account, walk.before).await
            })
            .await?;
        if let Some(page) = page {
            self.found.flows.extend(&page.days);
            self.take_in(walk, &page);
        }
        Ok(())
    }

    fn take_in(&mut self, walk: Walk, page: &SubscriberDays) {
        let leg = walk.follow(page);
        self.state.progress.past = leg.past;
        for (day, subscribers) in leg.levels {
            let at = Zone::utc().start_of(day.plus_days(1));
            self.found.derived.push(DerivedLevel {
                day: day_of_derived(&self.work.zone, at),
                subscribers,
                at,
            });
        }
    }

    async fn count_posts(&mut self) -> Result<(), ConnectionError> {
        if !self.is_wanted(Kind::Posts) || self.left_to_plan() == 0 {
            return Ok(());
        }
        let asked_at = self.platform.now();
        let Some(count) = self.look_for_posts().await? else {
            return Ok(());
        };
        self.found.posts = Some((count, asked_at));
        self.state.posts_at = Some(asked_at);
        self.state.posts = Some(count);
        Ok(())
    }

    async fn look_for_posts(&mut self) -> Result<Option<i64>, ConnectionError> {
        let account = self.account();
        if !self.state.progress.posts_by_page {
            let total = self
                .ask(Kind::Posts, 0, async |client| {
                    match client.post_total(account).await {
                        // Without `/v1` the number is not told; that is no failure.
                        Err(FanvueError::NotFound { .. }) => Ok(Answer {
                            data: None,
                            rate: None,
                        }),
                        other => other,
                    }
                })
                .await?;
            match total {
                None => return Ok(None),
                Some(Some(count)) => return Ok(Some(count)),
                Some(None) => self.state.progress.posts_by_page = true,
            }
        }
        if !self.state.progress.posts.is_open() {
            self.state.progress.posts = PageSearch::near(self.state.posts);
        }
        while self.left_to_plan() > 0 {
            let page = self.state.progress.posts.page();
            let shown = self
                .ask(Kind::Posts, 0, async |client| {
                    client.post_page(account, page).await
                })
                .await?;
            let Some(shown) = shown else {
                break;
            };
            let count = self.state.progress.posts.look(shown);
            if count.is_some() {
                return Ok(count);
            }
        }
        Ok(None)
    }
}
