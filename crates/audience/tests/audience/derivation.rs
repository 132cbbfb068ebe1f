//! The past from events, against a truth that is known: any events, pages, breaks and contradictions.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tidemark_audience::past::{Leg, Past, Walk};
use tidemark_domain::LocalDay;
use tidemark_fanvue::audience::{SubscriberDay, SubscriberDays};

/// Starts and ends of one day.
type Events = (i64, i64);

/// A creator's days from the first one on; the last one is today.
#[derive(Clone, Debug)]
struct Story {
    days: Vec<Events>,
    /// rows per answer
    page_size: usize,
    /// whether days without events have a row too
    lists_quiet_days: bool,
    /// whether rows tell the net change since the range's start
    tells_totals: bool,
    /// days that the series no longer tells, from the first one on
    forgotten: usize,
    /// subscribers whom the head-count leaves out
    hidden: i64,
}

const FIRST: LocalDay = LocalDay::EPOCH;

prop_compose! {
    fn story()(
        raw in prop::collection::vec((0..6_i64, 0..6_i64, prop::bool::ANY), 1..80),
        page_size in 1..12_usize,
        lists_quiet_days in prop::bool::ANY,
        tells_totals in prop::bool::weighted(0.8),
        forgotten in prop_oneof![Just(0), 0..40_usize],
        hidden in prop_oneof![Just(0), 0..12_i64],
    ) -> Story {
        let mut level = 0;
        let days: Vec<Events> = raw.into_iter().map(|(started, ended, quiet)| {
            let (started, ended) = if quiet { (0, 0) } else { (started, ended) };
            let ended = ended.min(level + started);
            level += started - ended;
            (started, ended)
        }).collect();
        let hidden = hidden.min(level);
        Story { days, page_size, lists_quiet_days, tells_totals, forgotten, hidden }
    }
}

fn day(number: usize) -> LocalDay {
    FIRST.plus_days(i32::try_from(number).unwrap())
}

impl Story {
    fn today(&self) -> LocalDay {
        day(self.days.len() - 1)
    }

    /// The level at the end of each day, by the days alone.
    fn levels(&self) -> BTreeMap<LocalDay, i64> {
        let mut level = 0;
        let days = self.days.iter().enumerate();
        days.map(|(number, (started, ended))| {
            level += started - ended;
            (day(number), level)
        })
        .collect()
    }

    fn head_count(&self) -> i64 {
        self.levels()[&self.today()] - self.hidden
    }

    /// What Fanvue answers about the days before `before`.
    fn page(&self, before: LocalDay) -> SubscriberDays {
        let mut total = 0;
        let mut rows = Vec::new();
        for (number, (started, ended)) in self.days.iter().copied().enumerate() {
            if number < self.forgotten {
                continue;
            }
            total += started - ended;
            if self.lists_quiet_days || (started, ended) != (0, 0) {
                rows.push(SubscriberDay {
                    day: day(number),
                    started,
                    ended,
                    total: self.tells_totals.then_some(total),
                });
            }
        }
        rows.retain(|row| row.day < before);
        rows.reverse();
        let more = rows.len() > self.page_size;
        rows.truncate(self.page_size);
        SubscriberDays { days: rows, more }
    }

    /// Walks to the end; between pages the walk is stored and read back.
    fn walk(&self, until: Option<LocalDay>) -> (Vec<(LocalDay, i64)>, Past) {
        let mut walk = Walk::begin(self.today(), self.head_count(), until);
        let mut levels = Vec::new();
        for _ in 0..200 {
            let Leg { levels: more, past } = walk.follow(&self.page(walk.before));
            levels.extend(more);
            let stored = serde_json::to_string(&past).unwrap();
            match serde_json::from_str(&stored).unwrap() {
                Past::Walking(on) => walk = on,
                end => return (levels, end),
            }
        }
        panic!("the walk has no end");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn d071_levels_of_the_past_are_anchored_never_negative_and_never_invented(story in story()) {
        let (levels, end) = story.walk(None);
        let truth = story.levels();
        let first_told = story.page(day(story.days.len())).days.len();
        let told: Vec<LocalDay> = (0..story.days.len())
            .filter(|number| *number >= story.forgotten)
            .filter(|number| story.lists_quiet_days || story.days[*number] != (0, 0))
            .map(day)
            .collect();
        // Each day once, newest first, without a hole from yesterday on.
        for (place, (on, level)) in levels.iter().enumerate() {
            let back = i32::try_from(place).unwrap() + 1;
            prop_assert_eq!(*on, story.today().plus_days(-back));
            // Anchored: off by those whom the head-count leaves out, on every day alike.
            prop_assert_eq!(*level, truth[on] - story.hidden);
            prop_assert!(*level >= 0);
            // Never invented: the series tells that day or an earlier one.
            prop_assert!(told.first().is_some_and(|first| first <= on));
        }
        let settled = Past::Settled { tried_on: story.today(), complete: true };
        prop_assert_eq!(end, settled);
        // Nothing that could be known is left out.
        let knowable = told.first().map_or(0, |first| story.today().days_since(*first).max(0));
        let known = i32::try_from(levels.len()).unwrap();
        if known < knowable {
            let missing = story.today().plus_days(-known - 1);
            prop_assert!(truth[&missing] - story.hidden < 0, "{} is knowable", missing);
        }
        prop_assert!(first_told > 0 || levels.is_empty());
    }

    #[test]
    fn a_total_that_contradicts_the_rows_ends_the_past_there(
        story in story(), lost in any::<prop::sample::Index>(),
    ) {
        let story = Story { page_size: 1_000, tells_totals: true, hidden: 0, ..story };
        let mut page = story.page(day(story.days.len()));
        let inner = 1..page.days.len().saturating_sub(1);
        let candidates: Vec<usize> = inner.filter(|row| page.days[*row].net() != 0).collect();
        if candidates.is_empty() {
            return Ok(());
        }
        // A row went missing on the way.
        page.days.remove(*lost.get(&candidates));
        let walk = Walk::begin(story.today(), story.head_count(), None);
        let Leg { levels, past } = walk.follow(&page);
        let truth = story.levels();
        for (on, level) in levels {
            prop_assert_eq!(level, truth[&on]);
        }
        let contradicted = Past::Settled { tried_on: story.today(), complete: false };
        prop_assert_eq!(past, contradicted);
    }

    #[test]
    fn a_walk_through_a_gap_ends_at_what_is_known(
        story in story(), known in any::<prop::sample::Index>(),
    ) {
        let story = Story { hidden: 0, forgotten: 0, ..story };
        let known = known.index(story.days.len());
        let (levels, end) = story.walk(Some(day(known)));
        let whole = story.walk(None).0;
        prop_assert!(whole.starts_with(&levels));
        let reaches = levels.last().is_none_or(|last| last.0 <= day(known).plus_days(1));
        prop_assert!(reaches || levels == whole, "the gap after {} stays open", day(known));
        let settled = matches!(end, Past::Settled { complete: true, .. });
        prop_assert!(settled);
    }
}
