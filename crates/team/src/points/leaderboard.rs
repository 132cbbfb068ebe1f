//! The leaderboard: points of a week or month of the agency, from the ledger's entries of it.

use serde::Serialize;
use tidemark_domain::{AgencyId, Instant, LocalDay, Zone};
use tidemark_ports::{Row, Sql, SqlError};
use uuid::Uuid;

use super::badges::badges;
use super::level::Level;
use super::streak::{Streak, streak};

/// Streaks and badges look at so many days.
const DAYS_LOOKED_AT: i32 = 400;

/// How long a board's period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Length {
    /// an ISO week, from Monday
    Week,
    /// a calendar month
    Month,
}

/// A week or month of the agency's zone, and the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// its length
    pub length: Length,
    /// its first day
    pub first: LocalDay,
    /// the first day after it
    pub end: LocalDay,
    /// the first day of the one before
    pub before: LocalDay,
}

impl Period {
    /// The period in which a day lies.
    pub fn of(length: Length, day: LocalDay) -> Self {
        match length {
            Length::Week => {
                let first = day.start_of_week();
                Self {
                    length,
                    first,
                    end: first.plus_days(7),
                    before: first.plus_days(-7),
                }
            }
            Length::Month => {
                let first = day.start_of_month();
                Self {
                    length,
                    first,
                    end: first.start_of_next_month(),
                    before: first.plus_days(-1).start_of_month(),
                }
            }
        }
    }
}

/// A member's place.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// from 1; members with the same points share it
    pub rank: usize,
    /// the rank in the period before
    pub previous_rank: usize,
    /// who
    pub member_id: Uuid,
    /// the name
    pub display_name: String,
    /// points of the period
    pub points: i64,
    /// points of the period before
    pub previous_points: i64,
    /// of the period's points: those for shifts, on time, late and missed
    pub shift_points: i64,
    /// those for posts
    pub post_points: i64,
    /// those for sales
    pub sale_points: i64,
    /// points of all time
    pub total_points: i64,
    /// the level they give
    #[serde(flatten)]
    pub level: Level,
    /// days in a row
    pub streak: Streak,
    /// badges
    pub badges: Vec<&'static str>,
}

/// The board of a period, the most points first.
///
/// # Errors
/// When the statement fails.
pub async fn board(
    sql: &impl Sql,
    agency: AgencyId,
    (period, zone): (Period, &Zone),
    now: Instant,
) -> Result<Vec<Place>, SqlError> {
    let looked_at = zone.day_of(now).plus_days(-DAYS_LOOKED_AT);
    let parameters = [
        agency.into(),
        zone.start_of(period.first).into(),
        zone.start_of(period.end).into(),
        zone.start_of(period.before).into(),
        zone.start_of(looked_at).into(),
    ];
    let rows = sql
        .query(include_str!("../sql/leaderboard.sql"), &parameters)
        .await?;
    let places = rows.iter().map(|row| place(row, zone, now));
    let mut places = places.collect::<Result<Vec<_>, _>>()?;
    rank(&mut places);
    Ok(places)
}

fn place(row: &Row, zone: &Zone, now: Instant) -> Result<Place, SqlError> {
    let (on_time, missed): (Vec<Instant>, Vec<Instant>) = (row.json(8)?, row.json(9)?);
    let streak = streak(&on_time, &missed, zone, now);
    let total_points = row.get(2)?;
    let level = Level::of(total_points);
    let shifts_on_time = i64::try_from(on_time.len()).unwrap_or(i64::MAX);
    Ok(Place {
        rank: 0,
        previous_rank: 0,
        member_id: row.get(0)?,
        display_name: row.get(1)?,
        points: row.get(3)?,
        previous_points: row.get(4)?,
        shift_points: row.get(5)?,
        post_points: row.get(6)?,
        sale_points: row.get(7)?,
        total_points,
        level,
        streak,
        badges: badges(streak, (shifts_on_time, row.get(10)?), level),
    })
}

/// One more than the number of those who have more.
fn rank(places: &mut [Place]) {
    let ranks = |points: &dyn Fn(&Place) -> i64| -> Vec<usize> {
        let mut sorted: Vec<i64> = places.iter().map(points).collect();
        sorted.sort_unstable_by(|left, right| right.cmp(left));
        let rank = |place| 1 + sorted.partition_point(|other| *other > points(place));
        places.iter().map(rank).collect()
    };
    let now = ranks(&|place| place.points);
    let before = ranks(&|place| place.previous_points);
    for (place, (now, before)) in places.iter_mut().zip(now.into_iter().zip(before)) {
        (place.rank, place.previous_rank) = (now, before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    #[test]
    fn periods_are_iso_weeks_and_calendar_months() {
        let week = Period::of(Length::Week, day("2026-11-22"));
        assert_eq!(
            (week.first, week.end),
            (day("2026-11-16"), day("2026-11-23"))
        );
        assert_eq!(week.before, day("2026-11-09"));
        let month = Period::of(Length::Month, day("2026-03-31"));
        assert_eq!(
            (month.first, month.end),
            (day("2026-03-01"), day("2026-04-01"))
        );
        assert_eq!(month.before, day("2026-02-01"));
    }
}
