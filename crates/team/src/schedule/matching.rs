//! Which of a model's posts on Fanvue confirms which plan. Pure.

use std::time::Duration;

use tidemark_domain::Instant;
use uuid::Uuid;

/// A post up to this long before its planned time confirms the plan.
pub const EARLIEST: Duration = Duration::from_hours(2);
/// A post up to this long after its planned time confirms the plan.
pub const LATEST: Duration = Duration::from_hours(24);

/// Pairs plans with posts, nearest first; each plan and each post is used at most once.
///
/// The result does not depend on the order in which they are given.
pub fn pairs(plans: &[(Uuid, Instant)], posts: &[(Uuid, Instant)]) -> Vec<(Uuid, Uuid)> {
    let mut candidates: Vec<(Duration, Instant, Uuid, Uuid)> = Vec::new();
    for (plan, planned_at) in plans {
        for (post, published_at) in posts {
            let early = planned_at.since(*published_at);
            let late = published_at.since(*planned_at);
            if early <= EARLIEST && late <= LATEST {
                candidates.push((early.max(late), *planned_at, *plan, *post));
            }
        }
    }
    candidates.sort_unstable();
    let mut paired: Vec<(Uuid, Uuid)> = Vec::new();
    for (_, _, plan, post) in candidates {
        let is_used = paired
            .iter()
            .any(|(other_plan, other_post)| *other_plan == plan || *other_post == post);
        if !is_used {
            paired.push((plan, post));
        }
    }
    paired
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minute(minutes: u64) -> Instant {
        Instant::from_micros(0).plus(Duration::from_mins(minutes))
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn the_nearest_plan_is_confirmed_and_a_post_confirms_one_plan_only() {
        let plans = [(id(1), minute(600)), (id(2), minute(660))];
        assert_eq!(pairs(&plans, &[(id(9), minute(655))]), [(id(2), id(9))]);
        let posts = [(id(8), minute(650)), (id(9), minute(655))];
        assert_eq!(pairs(&plans, &posts), [(id(2), id(9)), (id(1), id(8))]);
    }

    #[test]
    fn posts_outside_the_window_confirm_nothing() {
        let plans = [(id(1), minute(600))];
        for (minutes, confirms) in [(479, false), (480, true), (2_040, true), (2_041, false)] {
            let paired = pairs(&plans, &[(id(9), minute(minutes))]);
            assert_eq!(!paired.is_empty(), confirms, "{minutes}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_used_twice_and_order_does_not_matter(
            plans in prop::collection::vec(0..4_000_u64, 0..8),
            posts in prop::collection::vec(0..4_000_u64, 0..8),
        ) {
            let number = |list: &[u64], from: u128| -> Vec<(Uuid, Instant)> {
                (from..).map(id).zip(list.iter().map(|minutes| minute(*minutes))).collect()
            };
            let (mut plans, mut posts) = (number(&plans, 1), number(&posts, 100));
            let paired = pairs(&plans, &posts);
            for (plan, post) in &paired {
                prop_assert_eq!(paired.iter().filter(|(other, _)| other == plan).count(), 1);
                prop_assert_eq!(paired.iter().filter(|(_, other)| other == post).count(), 1);
            }
            plans.reverse();
            posts.reverse();
            prop_assert_eq!(pairs(&plans, &posts), paired);
        }
    }
}
