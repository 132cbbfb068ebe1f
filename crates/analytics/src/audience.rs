//! Subscriber and follower levels: observed, carried forward until the next observation, and
//! never invented.

use tidemark_domain::LocalDay;

/// The audience of the whole scope at the end of a day on which at least one of its models was
/// observed; each model counts with its last level known by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudienceDay {
    /// local day of the agency
    pub day: LocalDay,
    /// Σ subscribers over the models observed so far
    pub subscribers: i64,
    /// Σ followers over the models observed so far
    pub followers: i64,
    /// how many models have been observed so far
    pub models_known: i64,
}

/// The observed days of a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    days: Vec<AudienceDay>,
}

/// Daily subscriber counts of a window, for their mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriberDays {
    /// number of days with an observation
    pub days: i64,
    /// Σ of their subscriber counts
    pub subscribers: i64,
}

impl Audience {
    /// Takes the observed days of a scope of `model_count` models, oldest first. Days on which
    /// some model had never been observed are dropped: a part of an audience is not its size.
    pub fn new(days: Vec<AudienceDay>, model_count: usize) -> Self {
        let whole = |day: &AudienceDay| usize::try_from(day.models_known) == Ok(model_count);
        Self {
            days: days.into_iter().filter(whole).collect(),
        }
    }

    /// The last known level at the end of a day; `None` before every model was observed.
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
}
