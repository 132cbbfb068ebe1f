//! Levels: floor(√(max(0, xp) ÷ 100)) + 1, so that level L begins at 100 × (L − 1)² points.
//!
//! The one formula; the page draws its bar from what is answered here (defect D167).

use serde::Serialize;

/// Points of the second level, and the scale of all others.
const SCALE: i64 = 100;

/// Where a member stands between two levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    /// from 1
    pub level: i64,
    /// the points at which it began
    pub begins_at: i64,
    /// the points at which the next one begins
    pub next_at: i64,
}

impl Level {
    /// The level of so many points; below zero counts as zero.
    pub const fn of(points: i64) -> Self {
        let reached = if points > 0 {
            (points / SCALE).isqrt()
        } else {
            0
        };
        Self {
            level: reached + 1,
            begins_at: SCALE.saturating_mul(reached.saturating_mul(reached)),
            next_at: SCALE.saturating_mul((reached + 1).saturating_mul(reached + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d167_levels_and_their_bounds_follow_one_square_law() {
        for (points, level) in [
            (-50, 1),
            (0, 1),
            (99, 1),
            (100, 2),
            (399, 2),
            (400, 3),
            (1_000_000, 101),
        ] {
            assert_eq!(Level::of(points).level, level, "{points}");
        }
        for points in (0..100_000).step_by(37) {
            let level = Level::of(points);
            assert!(
                level.begins_at <= points && points < level.next_at,
                "{points}"
            );
            assert_eq!(level.begins_at, 100 * (level.level - 1).pow(2));
            assert_eq!(Level::of(level.next_at).level, level.level + 1);
        }
    }
}
