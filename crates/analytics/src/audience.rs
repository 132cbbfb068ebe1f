//! Subscriber and follower levels: observed or derived from Fanvue's events, carried forward until the
//! next one, and never invented. Followers are only ever observed.

pub mod levels;

use tidemark_domain::LocalDay;

/// The audience of the whole scope at the end of a day on which at least one of its models has a
/// level; each model counts with its last level known by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudienceDay {
    /// local day of the agency
    pub day: LocalDay,
    /// Σ subscribers over the models known so far
    pub subscribers: i64,
    /// Σ followers over the models observed so far
    pub followers: i64,
    /// how many models have a subscriber level so far
    pub models_known: i64,
    /// how many models have been observed so far, and with it their followers
    pub models_followed: i64,
    /// how many of the subscriber levels are derived
    pub models_derived: i64,
}

impl AudienceDay {
    /// Whether a subscriber level in it was derived, not observed.
    pub const fn is_derived(self) -> bool {
        self.models_derived > 0
    }
}

/// The days of a scope on which every one of its models has a level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    days: Vec<AudienceDay>,
    model_count: i64,
}

/// Daily subscriber counts of a window, for their mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriberDays {
    /// number of days with a level
    pub days: i64,
    /// Σ of their subscriber counts
    pub subscribers: i64,
}

impl Audience {
    /// Takes the days of a scope of `model_count` models, oldest first. Days on which some model had
    /// no level yet are dropped: a part of an audience is not its size.
    pub fn new(days: Vec<AudienceDay>, model_count: usize) -> Self {
        let model_count = i64::try_from(model_count).unwrap_or(i64::MAX);
        let whole = |day: &AudienceDay| day.models_known == model_count;
        Self {
            days: days.into_iter().filter(whole).collect(),
            model_count,
        }
    }

    /// The followers of a day; `None` before every model was observed.
    pub fn followers(&self, day: AudienceDay) -> Option<i64> {
        (day.models_followed == self.model_count).then_some(day.followers)
    }

    /// Whether what is shown of the days from `first_day` through `last_day` rests on derived levels.
    pub fn is_derived(&self, first_day: LocalDay, last_day: LocalDay) -> bool {
        let carried = self.level_on(first_day).into_iter();
        let inside = self.days.iter().copied();
        let inside = inside.filter(|day| first_day <= day.day && day.day <= last_day);
        carried.chain(inside).any(AudienceDay::is_derived)
    }

    /// The last known level at the end of a day; `None` before every model has one.
    pub fn level_on(&self, day: LocalDay) -> Option<AudienceDay> {
        let after = self.days.partition_point(|observed| observed.day <= day);
        after.checked_sub(1).map(|position| self.days[position])
    }

    /// The daily subscriber counts from `first_day` through `last_day`.
    pub fn subscriber_days(&self, first_day: LocalDay, last_day: LocalDay) -> SubscriberDays {
        let inside = self
            .days
            .iter()
            .filter(|day| first_day <= day.day && day.day <= last_day);
        inside.fold(SubscriberDays::default(), |sum, day| SubscriberDays {
            days: sum.days + 1,
            subscribers: sum.subscribers + day.subscribers,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    fn observed(text: &str, subscribers: i64, models_known: i64) -> AudienceDay {
        AudienceDay {
            day: day(text),
            subscribers,
            followers: 0,
            models_known,
            models_followed: models_known,
            models_derived: 0,
        }
    }

    #[test]
    fn a_level_is_carried_forward_but_never_backward() {
        let audience = Audience::new(vec![observed("2026-11-03", 15, 1)], 1);
        assert_eq!(audience.level_on(day("2026-11-02")), None);
        assert_eq!(
            audience.level_on(day("2026-11-09")).unwrap().subscribers,
            15
        );
    }

    #[test]
    fn days_before_every_model_was_observed_are_unknown() {
        let days = vec![observed("2026-11-03", 15, 1), observed("2026-11-04", 20, 2)];
        let audience = Audience::new(days, 2);
        assert_eq!(audience.level_on(day("2026-11-03")), None);
        assert_eq!(
            audience.subscriber_days(day("2026-11-01"), day("2026-11-30")),
            SubscriberDays {
                days: 1,
                subscribers: 20
            }
        );
    }
    #[test]
    fn a_derived_level_tells_so_and_has_no_followers() {
        let derived = AudienceDay {
            models_followed: 1,
            models_derived: 1,
            ..observed("2026-11-03", 15, 2)
        };
        let audience = Audience::new(vec![derived, observed("2026-11-05", 16, 2)], 2);
        let on = |text: &str| audience.level_on(day(text)).unwrap();
        assert_eq!(audience.followers(on("2026-11-04")), None);
        assert_eq!(audience.followers(on("2026-11-05")), Some(0));
        assert!(audience.is_derived(day("2026-11-04"), day("2026-11-09")));
        assert!(!audience.is_derived(day("2026-11-05"), day("2026-11-09")));
        assert!(!audience.is_derived(day("2026-11-01"), day("2026-11-02")));
    }
}
