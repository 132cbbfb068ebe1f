//! The board is derived from the ledger's entries of its period.

use std::time::Duration;

use tidemark_database::testing::for_each_database;
use tidemark_domain::{LocalDay, Zone};
use tidemark_team::points::leaderboard::{Length, Period, Place, board};

use crate::world::{NOON, World, at};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn d166_the_board_of_a_week_holds_the_entries_of_that_week() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let (ana, bea) = (world.member("Ana").await, world.member("Bea").await);
        // Monday 00:30 in Berlin is Sunday in UTC: the clock-in lies in the week before.
        for (member, start) in [
            (ana, "2026-11-15T23:30:00Z"),
            (ana, "2026-11-17T08:00:00Z"),
            (bea, "2026-11-14T08:00:00Z"),
            (bea, "2026-11-12T08:00:00Z"),
            (bea, "2026-11-11T08:00:00Z"),
        ] {
            let shift = world
                .shift(member, None, (at(start), at(start).plus(8 * HOUR)))
                .await;
            world.clock_in(shift, at(start).minus(HOUR)).await;
        }
        let missed = at("2026-11-18T08:00:00Z");
        world.shift(bea, None, (missed, missed.plus(HOUR))).await;
        world.check_shifts().await;
        let week = async |day: &str| -> Vec<Place> {
            let period = Period::of(Length::Week, LocalDay::parse(day).unwrap());
            board(&world.platform, world.agency, (period, &zone), at(NOON))
                .await
                .unwrap()
        };
        let shown = |places: &[Place]| -> Vec<(String, usize, usize, i64, i64)> {
            let places = places.iter();
            let shown = places.map(|place| {
                let name = place.display_name.clone();
                (
                    name,
                    place.rank,
                    place.previous_rank,
                    place.points,
                    place.total_points,
                )
            });
            shown.collect()
        };
        assert_eq!(
            shown(&week("2026-11-22").await),
            [
                ("Ana".to_owned(), 1, 2, 20, 20),
                ("Bea".to_owned(), 2, 1, -50, -20)
            ]
        );
        assert_eq!(
            shown(&week("2026-11-15").await),
            [
                ("Bea".to_owned(), 1, 1, 30, -20),
                ("Ana".to_owned(), 2, 1, 0, 20)
            ]
        );
        let bea = week("2026-11-22").await.remove(1);
        assert_eq!((bea.streak.current, bea.streak.best), (0, 2));
        assert_eq!(bea.level.level, 1);
    })
    .await;
}
