//! From each model's own levels to those of the whole scope.

use tidemark_domain::LocalDay;

use super::AudienceDay;

/// A level of one model at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// local day of the agency
    pub day: LocalDay,
    /// head-count
    pub subscribers: i64,
    /// null where the level is derived
    pub followers: Option<i64>,
}

/// What changes on a day, over all models.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    /// whether a model has a level that day
    touched: bool,
    subscribers: i64,
    followers: i64,
    newly_known: i64,
    newly_followed: i64,
    derived: i64,
}

/// Adds the models' levels up, each carried forward until its next one. Every day from `first_day`
/// through `last_day` on which at least one model has a level is in the result; what was last known
/// before counts on the day before `first_day`. `models` are each model's levels, oldest first.
pub fn add_up(
    models: &[Vec<Level>],
    (first_day, last_day): (LocalDay, LocalDay),
) -> Vec<AudienceDay> {
    let before = first_day.plus_days(-1);
    let place_of = |day: LocalDay| usize::try_from(day.days_since(before)).unwrap_or(0);
    let mut changes = vec![Change::default(); place_of(last_day) + 1];
    for levels in models {
        let mut subscribers: Option<(i64, bool)> = None;
        let mut followers: Option<i64> = None;
        for level in levels {
            let change = &mut changes[place_of(level.day).min(place_of(last_day))];
            change.touched = true;
            let derived = level.followers.is_none();
            let (count_before, derived_before) = subscribers.unwrap_or_default();
            change.subscribers += level.subscribers - count_before;
            change.derived += i64::from(derived) - i64::from(derived_before);
            change.newly_known += i64::from(subscribers.is_none());
            subscribers = Some((level.subscribers, derived));
            if let Some(count) = level.followers {
                change.followers += count - followers.unwrap_or_default();
                change.newly_followed += i64::from(followers.is_none());
                followers = Some(count);
            }
        }
    }
    running_sums(before, &changes)
}

fn running_sums(before: LocalDay, changes: &[Change]) -> Vec<AudienceDay> {
    let mut sum = AudienceDay {
        day: before,
        subscribers: 0,
        followers: 0,
        models_known: 0,
        models_followed: 0,
        models_derived: 0,
    };
    let mut days = Vec::new();
    for (offset, change) in (0..).zip(changes) {
        sum.day = before.plus_days(offset);
        sum.subscribers += change.subscribers;
        sum.followers += change.followers;
        sum.models_known += change.newly_known;
        sum.models_followed += change.newly_followed;
        sum.models_derived += change.derived;
        if change.touched {
            days.push(sum);
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    fn level(text: &str, subscribers: i64, followers: Option<i64>) -> Level {
        Level {
            day: day(text),
            subscribers,
            followers,
        }
    }

    #[test]
    fn each_models_last_level_counts_until_its_next_one() {
        let one = vec![
            level("2026-10-01", 10, Some(100)),
            level("2026-11-03", 12, Some(90)),
        ];
        let other = vec![
            level("2026-11-02", 5, None),
            level("2026-11-04", 6, Some(1)),
        ];
        let days = add_up(&[one, other], (day("2026-11-01"), day("2026-11-30")));
        let told: Vec<_> = days
            .iter()
            .map(|day| (day.day.to_string(), day.subscribers, day.followers))
            .collect();
        let expected = [
            ("2026-10-31", 10, 100),
            ("2026-11-02", 15, 100),
            ("2026-11-03", 17, 90),
            ("2026-11-04", 18, 91),
        ];
        assert_eq!(told, expected.map(|(day, a, b)| (day.to_owned(), a, b)));
        let known: Vec<_> = days
            .iter()
            .map(|day| (day.models_known, day.models_followed, day.models_derived))
            .collect();
        assert_eq!(known, [(1, 1, 0), (2, 1, 1), (2, 1, 1), (2, 2, 0)]);
    }

    #[test]
    fn without_levels_there_are_no_days() {
        let window = (day("2026-11-01"), day("2026-11-30"));
        assert_eq!(add_up(&[Vec::new()], window), []);
    }
}
