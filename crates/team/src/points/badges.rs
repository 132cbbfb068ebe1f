//! Badges: few, and derived from what is recorded, so that none can be claimed or lost by accident.
//!
//! | badge | for |
//! | --- | --- |
//! | `steady_7`, `steady_30` | a streak of 7, of 30 days |
//! | `punctual_50` | 50 shifts on time |
//! | `poster_50` | 50 posts on time |
//! | `level_5`, `level_10` | reaching that level |

use super::level::Level;
use super::streak::Streak;

/// The badges of a member.
pub fn badges(
    streak: Streak,
    (shifts_on_time, posts_on_time): (i64, i64),
    level: Level,
) -> Vec<&'static str> {
    [
        ("steady_7", streak.best >= 7),
        ("steady_30", streak.best >= 30),
        ("punctual_50", shifts_on_time >= 50),
        ("poster_50", posts_on_time >= 50),
        ("level_5", level.level >= 5),
        ("level_10", level.level >= 10),
    ]
    .into_iter()
    .filter_map(|(badge, earned)| earned.then_some(badge))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn badges_follow_from_what_is_recorded() {
        let streak = Streak {
            current: 0,
            best: 8,
        };
        assert_eq!(
            badges(streak, (50, 49), Level::of(1_600)),
            ["steady_7", "punctual_50", "level_5"]
        );
        assert!(badges(Streak::default(), (0, 0), Level::of(0)).is_empty());
    }
}
